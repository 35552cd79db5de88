import type { CalendarDate } from '../dates.ts';
import type { Ownership } from '../directory/owned-fields.ts';
import type { UserStatus } from '../user-status.ts';
import type { FormerOwner, Namesake } from '../wording/identity-notes.ts';

/** The values in a line about a user, without the fields that the line does not state. */
export interface UserValues {
  externalId?: string;
  name?: string;
  email?: string;
  department?: string | null;
  jobTitle?: string | null;
  /** An external id or an email. */
  manager?: string | null;
  startDate?: CalendarDate | null;
  endDate?: CalendarDate | null;
  timeZone?: string | null;
  status?: UserStatus;
}

/** The stored facts of a user. */
export interface KnownUser {
  id: number;
  externalId: string | null;
  name: string;
  email: string | null;
  department: string | null;
  jobTitle: string | null;
  startDate: CalendarDate | null;
  endDate: CalendarDate | null;
  timeZone: string | null;
  status: UserStatus;
  managerId: number | null;
  managerName: string | null;
  /** Their offboarding is completed. */
  isGone: boolean;
  /** Their data was erased, so a line about them changes nothing. */
  isErased: boolean;
  isLeaving: boolean;
  /** Whose the fields are; left out for someone of whom no directory knows. */
  ownership?: Ownership;
}

/** The values in a line about a user, and the stored facts. */
export interface UserFacts {
  values: UserValues;
  user: KnownUser | null;
  /** The user who has the email of the line. */
  emailOwnerId: number | null;
  /** The first of the lines that give each other's addresses free, and that are executed together with this one. */
  addressChain?: number | null;
  /** One of these lines gives up the address of this line. */
  emailIsFreed?: boolean;
  /** Why the address cannot be stored, when that was found out while the file was judged or executed. */
  addressProblem?: string | null;
  /** The manager in the line. `fitsToo` is a second person whom the reference fits. */
  manager: { id: number; name: string; isGone: boolean; fitsToo?: string | null } | null;
  /** A line of the same file adds the manager. */
  managerIsInFile: boolean;
  /** An active person with the name of somebody new. */
  namesake?: Namesake | null;
  /** Someone who has left and had the email of the line. */
  formerOwner?: FormerOwner | null;
  /** The line names its own external id or address as the manager. */
  managerIsSelf?: boolean;
  /** The lines of the file together make a loop of managers, and this one closes it. */
  closesLoop?: boolean;
}
