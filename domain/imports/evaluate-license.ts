import { refuseUnlessMayReceiveItems } from '../user-status.ts';
import { notConfirmed, severalWithoutVendor } from '../wording/license-vendors.ts';
import { twoFit } from '../wording/references.ts';
import { tooFewSeats } from '../wording/refusals.ts';
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

/** The values in a line about a license and a seat, without the fields that the line does not state. */
export interface LicenseValues {
  license: string;
  vendor?: string;
  seatsTotal?: number;
  /** The user of the seat: an external id or an email. */
  user?: string;
}

/** The stored facts of a license. */
interface KnownLicense {
  id: number;
  vendor: string | null;
  seatsTotal: number;
  seatsUsed: number;
}

/** The values in a line about a license, and the stored facts. */
export interface LicenseFacts {
  values: LicenseValues;
  /**
   * The license with the name and the vendor, or else the one without a vendor, which would take it. For a line without
   * a vendor it is the only license with the name.
   */
  license: KnownLicense | null;
  /** The vendors of all licenses with the name; null for one without a vendor. */
  vendors: (string | null)[];
  /**
   * Whether the license may take the vendor of the line. While the import runs, it may only do so if the preview showed it,
   * because nothing else was confirmed.
   */
  mayTakeVendor: boolean;
  /** Equal for equal names, so that lines of one name are executed one after another. */
  foldedName: string;
  /** The user in the line. */
  user: NamedPerson | null;
  hasSeat: boolean;
}

/** What a line about a license would change. It can assign a seat, but never revokes one. */
export function evaluateLicense(facts: LicenseFacts): Evaluation {
  const { values, license } = facts;
  const problems = [...problemsOfLicense(facts), ...problemsOfSeat(facts)];
  if (problems.length > 0) return refused(problems);
  const changes = {
    ...changedValues(license?.vendor == null ? ['vendor', 'seatsTotal'] : ['seatsTotal'], values, license),
    ...seatChange(facts),
  };
  const altersLicense = 'seatsTotal' in changes || 'vendor' in changes;
  return accepted(license === null || ('user' in changes && !altersLicense), changes);
}

/** Whether a line states a vendor for a license that was made without one. */
export const takesVendor = (
  { vendor }: LicenseValues,
  license: Pick<KnownLicense, 'vendor'> | null,
): boolean => vendor !== undefined && license !== null && license.vendor === null;

function problemsOfLicense(facts: LicenseFacts): Remark[] {
  const { values, license } = facts;
  const problem = problemOfVendor(facts);
  if (problem !== null) return [{ field: 'vendor', message: problem }];
  if (license === null && values.seatsTotal === undefined) {
    return [{ field: 'seatsTotal', message: 'A new license needs a number of seats.' }];
  }
  if (license !== null && values.seatsTotal !== undefined && values.seatsTotal < license.seatsUsed) {
    return [{ field: 'seatsTotal', message: tooFewSeats(license.seatsUsed) }];
  }
  return [];
}

function problemOfVendor({ values, license, vendors, mayTakeVendor }: LicenseFacts): string | null {
  const { license: name, vendor } = values;
  if (vendor === undefined) return license === null && vendors.length > 1 ? fitsSeveral(name, vendors) : null;
  if (!takesVendor(values, license)) return null;
  if (vendors.filter((each) => each === null).length > 1) return severalWithoutVendor(name);
  return mayTakeVendor ? null : notConfirmed(name);
}

/** Why a line without a vendor is refused when several licenses have its name. */
export const fitsSeveral = (name: string, vendors: readonly (string | null)[]): string => {
  const names = vendors.map((vendor) => `${name} (${vendor ?? 'no vendor'})`);
  return `Several licenses have this name: ${names.slice(0, -1).join(', ')} and ${names.at(-1)}. Add the vendor.`;
};

/** Does not check for a free seat, because that depends on the lines before this one. */
function problemsOfSeat({ values, user, hasSeat }: LicenseFacts): Remark[] {
  if (values.user === undefined) return [];
  if (user?.fitsToo) return [{ field: 'user', message: twoFit(user.name, user.fitsToo) }];
  if (hasSeat) return [];
  if (user === null) return [{ field: 'user', message: 'No one has this external ID or email.' }];
  return remarksOf('user', () => refuseUnlessMayReceiveItems(user));
}

const seatChange = ({ user, hasSeat }: LicenseFacts): Changes =>
  user === null || hasSeat ? {} : { user: [null, user.name] };
