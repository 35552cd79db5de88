import { type AssetStatus, canBeAssigned } from '../assets.ts';
import { refuseUnlessMayReceiveItems } from '../user-status.ts';
import { hasThisSerial, lineHasThisSerial, type SameSerial } from '../wording/identity-notes.ts';
import { twoFit } from '../wording/references.ts';
import {
  accepted,
  type Changes,
  changedValues,
  type Evaluation,
  type Remark,
  refused,
  remarksOf,
} from './evaluation.ts';
import type { NamedPerson } from './named-person.ts';

/** The values in a line about an asset, without the fields that the line does not state. */
export interface AssetValues {
  tag: string;
  serial?: string | null;
  model?: string;
  location?: string | null;
  status?: AssetStatus;
  /** An external id or an email. */
  holder?: string;
}

/** The stored facts of an asset. */
interface KnownAsset {
  id: number;
  serial: string | null;
  model: string;
  location: string | null;
  status: AssetStatus;
}

/** The values in a line about an asset, and the stored facts. */
export interface AssetFacts {
  values: AssetValues;
  asset: KnownAsset | null;
  /** The present holder. */
  heldBy: { id: number; name: string } | null;
  /** The holder in the line. */
  holder: NamedPerson | null;
  /** Another asset with the serial in the line. */
  sameSerial?: SameSerial | null;
  /** Another line of the file that states this serial for another asset. */
  sameSerialOnLine?: number | null;
}

/** What a line about an asset would change. It can assign an asset, but never takes one from its holder. */
export function evaluateAsset(facts: AssetFacts): Evaluation {
  const { values, asset } = facts;
  const problems = [
    ...(asset === null && values.model === undefined
      ? [{ field: 'model', message: 'A new asset needs a model.' }]
      : []),
    ...problemsOfStatus(facts),
    ...problemsOfHolder(facts),
  ];
  if (problems.length > 0) return refused(problems);
  const stated = { ...values, status: statusToStore(values.status) };
  const changes = {
    ...changedValues(['serial', 'model', 'location', 'status'], stated, asset),
    ...holderChange(facts),
  };
  return accepted(asset === null, changes, 'serial' in changes ? notesOf(facts) : []);
}

/** Not an error, because docks and mice share bogus serials. */
function notesOf({ sameSerial, sameSerialOnLine }: AssetFacts): Remark[] {
  if (sameSerial) return [{ field: 'serial', message: hasThisSerial(sameSerial) }];
  return sameSerialOnLine ? [{ field: 'serial', message: lineHasThisSerial(sameSerialOnLine) }] : [];
}

/** Leaves out `assigned`, because only an assignment sets that status. */
export const statusToStore = (status: AssetStatus | undefined) =>
  status === 'assigned' ? undefined : status;

function problemsOfStatus({ values: { status, holder }, asset, heldBy }: AssetFacts): Remark[] {
  if (status === 'assigned') {
    const hasHolder = holder !== undefined || heldBy !== null || asset?.status === 'assigned';
    return hasHolder ? [] : [{ field: 'status', message: 'An assigned asset needs a holder.' }];
  }
  if (heldBy === null || status === undefined) return [];
  return [
    {
      field: 'status',
      message: `This asset is assigned to ${heldBy.name}. Recover it to change its status.`,
    },
  ];
}

function problemsOfHolder({ values, asset, heldBy, holder }: AssetFacts): Remark[] {
  if (values.holder === undefined) return [];
  if (holder === null) return [{ field: 'holder', message: 'No one has this external ID or email.' }];
  if (holder.fitsToo) return [{ field: 'holder', message: twoFit(holder.name, holder.fitsToo) }];
  if (heldBy !== null) {
    return heldBy.id === holder.id
      ? []
      : [{ field: 'holder', message: `${values.tag} is assigned to ${heldBy.name}. Recover it first.` }];
  }
  const status = statusToStore(values.status) ?? asset?.status ?? 'in_stock';
  if (!canBeAssigned(status)) {
    return [{ field: 'holder', message: `${values.tag} isn't in stock, so it can't be assigned.` }];
  }
  return remarksOf('holder', () => refuseUnlessMayReceiveItems(holder));
}

const holderChange = ({ heldBy, holder }: AssetFacts): Changes =>
  holder === null || heldBy !== null ? {} : { holder: [null, holder.name] };
