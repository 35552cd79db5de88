import { refuseUnlessMayReceiveItems, type UserStatus } from '../user-status.ts';
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

/** The values in a line about a license and a seat, without the fields that the line does not state. */
export interface LicenseValues {
  license: string;
  vendor?: string;
  seatsTotal?: number;
  /** The user of the seat: an external id or an e-mail address. */
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
  license: KnownLicense | null;
  /** Several licenses have the name, and the vendor does not identify one. */
  isAmbiguous: boolean;
  /** The user in the line. `fitsToo` is a second person whom the reference fits. */
  user: { id: number; name: string; status: UserStatus; fitsToo?: string | null } | null;
  hasSeat: boolean;
}

/** What a line about a license would change. It can assign a seat, but never revokes one. */
export function evaluateLicense(facts: LicenseFacts): Evaluation {
  const { values, license } = facts;
  const problems = [...problemsOfLicense(facts), ...problemsOfSeat(facts)];
  if (problems.length > 0) return refused(problems);
  const changes = { ...changedValues(['vendor', 'seatsTotal'], values, license), ...seatChange(facts) };
  return accepted(license === null || 'user' in changes, changes);
}

function problemsOfLicense({ values, license, isAmbiguous }: LicenseFacts): Remark[] {
  if (isAmbiguous) {
    return [{ field: 'license', message: 'Several licenses have this name: name the vendor too.' }];
  }
  if (license === null && values.seatsTotal === undefined) {
    return [
      { field: 'seatsTotal', message: 'This license is new, and a new license needs a number of seats.' },
    ];
  }
  if (license !== null && values.seatsTotal !== undefined && values.seatsTotal < license.seatsUsed) {
    return [
      {
        field: 'seatsTotal',
        message: `${license.seatsUsed} seats are in use, so the total cannot be lower.`,
      },
    ];
  }
  return [];
}

/** Does not check for a free seat, because that depends on the lines before this one. */
function problemsOfSeat({ values, user, hasSeat }: LicenseFacts): Remark[] {
  if (values.user === undefined) return [];
  if (user?.fitsToo) return [{ field: 'user', message: twoFit(user.name, user.fitsToo) }];
  if (hasSeat) return [];
  if (user === null) return [{ field: 'user', message: 'Nobody has this external id or e-mail address.' }];
  return remarksOf('user', () => refuseUnlessMayReceiveItems(user));
}

const seatChange = ({ user, hasSeat }: LicenseFacts): Changes =>
  user === null || hasSeat ? {} : { user: [null, user.name] };
