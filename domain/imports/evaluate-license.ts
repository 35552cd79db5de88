import { refuseUnlessMayReceiveItems, type UserStatus } from '../user-status.ts';
import {
  accepted,
  type Changes,
  changedValues,
  type Evaluation,
  type Remark,
  refused,
  remarksOf,
} from './evaluation.ts';

/** What a line says of a license and of one of its seats; what it does not name is left out. */
export interface LicenseValues {
  license: string;
  vendor?: string;
  seatsTotal?: number;
  /** Who has a seat: an external id or an e-mail address. */
  user?: string;
}

/** A license as it is now. */
export interface KnownLicense {
  id: number;
  vendor: string | null;
  seatsTotal: number;
  seatsUsed: number;
}

/** A line about a license, with what there is now. */
export interface LicenseFacts {
  values: LicenseValues;
  license: KnownLicense | null;
  /** Several licenses have the name, and the vendor does not tell which is meant. */
  isAmbiguous: boolean;
  /** Who the line names. */
  user: { id: number; name: string; status: UserStatus } | null;
  hasSeat: boolean;
}

/** What a line about a license would do. It gives seats, and takes none away from anybody. */
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

/** Whether a seat is free is judged over the whole file: the lines before this one take theirs first. */
function problemsOfSeat({ values, user, hasSeat }: LicenseFacts): Remark[] {
  if (values.user === undefined || hasSeat) return [];
  if (user === null) return [{ field: 'user', message: 'Nobody has this external id or e-mail address.' }];
  return remarksOf('user', () => refuseUnlessMayReceiveItems(user));
}

const seatChange = ({ user, hasSeat }: LicenseFacts): Changes =>
  user === null || hasSeat ? {} : { user: [null, user.name] };
