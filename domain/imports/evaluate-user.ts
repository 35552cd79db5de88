import type { CalendarDate } from '../dates.ts';
import { emailToStore } from '../email.ts';
import { erasedWarning } from '../erasure.ts';
import type { Cleaned } from '../text.ts';
import type { UserStatus } from '../user-status.ts';
import type { FormerOwner, Namesake } from '../wording/identity-notes.ts';
import {
  accepted,
  type Changes,
  changedValues,
  type Evaluation,
  type LeavingEffect,
  type Remark,
  refused,
} from './evaluation.ts';
import { identityNotes } from './identity-notes.ts';

/** The values in a line about a user, without the fields that the line does not state. */
interface UserValues {
  externalId?: string;
  name?: string;
  email?: string;
  department?: string | null;
  jobTitle?: string | null;
  /** An external id or an e-mail address. */
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
}

/** The values in a line about a user, and the stored facts. */
export interface UserFacts {
  values: UserValues;
  user: KnownUser | null;
  /** The user who has the e-mail address of the line. */
  emailOwnerId: number | null;
  /** The manager in the line. */
  manager: { id: number; name: string; isGone: boolean } | null;
  /** A line of the same file adds the manager. */
  managerIsInFile: boolean;
  /** An active person with the name of somebody new. */
  namesake?: Namesake | null;
  /** Someone who has left and had the e-mail address of the line. */
  formerOwner?: FormerOwner | null;
}

const plainFields = [
  'externalId',
  'name',
  'email',
  'department',
  'jobTitle',
  'startDate',
  'endDate',
  'timeZone',
  'status',
] as const;

/** What a line about a user would change. The rules are checked again when the line is executed. */
export function evaluateUser(facts: UserFacts): Evaluation {
  const { user } = facts;
  const email = emailOf(facts);
  const values = email !== null && 'text' in email ? { ...facts.values, email: email.text } : facts.values;
  if (user?.isErased) return accepted(false, {}, [{ field: null, message: erasedWarning }]);
  const changes: Changes = { ...changedValues(plainFields, values, user), ...managerChange(facts) };
  const problems = [
    ...problemsOfIdentity(facts),
    ...problemsOfManager(facts),
    ...problemsOfDates(facts),
    ...problemsOfGone(facts, changes),
  ];
  if (problems.length > 0) return refused(problems);
  const notes = [...identityNotes(facts, changes), ...notesOf(facts)];
  return accepted(user === null, changes, notes, leavingEffect(user, values));
}

function problemsOfIdentity(facts: UserFacts): Remark[] {
  const { values, user, emailOwnerId } = facts;
  const email = emailOf(facts);
  if (email !== null && 'problem' in email) return [{ field: 'email', message: email.problem }];
  const problems: Remark[] = [];
  // HR goes on sending the address of someone who has left, and somebody else may have it now.
  if (emailOwnerId !== null && emailOwnerId !== user?.id && !user?.isGone) {
    problems.push({ field: 'email', message: 'Somebody else has this e-mail address.' });
  }
  if (user === null) {
    if (values.name === undefined)
      problems.push({ field: 'name', message: 'This is somebody new, and a new person needs a name.' });
  }
  return problems;
}

/** The address that the line would store; null when the line states none. */
const emailOf = ({ values, user }: UserFacts): Cleaned | null =>
  values.email === undefined ? null : emailToStore(values.email, user?.email ?? null);

function problemsOfManager({ values, user, manager, managerIsInFile }: UserFacts): Remark[] {
  if (!values.manager) return [];
  const named = values.manager.toLowerCase();
  const isSelf =
    manager === null
      ? values.externalId === values.manager || values.email?.toLowerCase() === named
      : manager.id === user?.id;
  if (isSelf) return [{ field: 'manager', message: 'Nobody can be their own manager.' }];
  if (manager !== null || managerIsInFile) return [];
  return [{ field: 'manager', message: 'Nobody has this external id or e-mail address.' }];
}

function problemsOfDates({ values, user }: UserFacts): Remark[] {
  const start = values.startDate === undefined ? (user?.startDate ?? null) : values.startDate;
  const end = values.endDate === undefined ? (user?.endDate ?? null) : values.endDate;
  if (start === null || end === null || end >= start) return [];
  return values.endDate === undefined
    ? [{ field: 'startDate', message: `The start date lies after the end date, ${end}.` }]
    : [{ field: 'endDate', message: `The end date lies before the start date, ${start}.` }];
}

/** After completion the end date, the status and the manager cannot change. */
function problemsOfGone({ user }: UserFacts, changes: Changes): Remark[] {
  if (!user?.isGone) return [];
  return ['endDate', 'status', 'manager']
    .filter((field) => field in changes)
    .map((field) => ({ field, message: 'This person has been offboarded, which cannot be undone.' }));
}

/** An offboarded manager counts as none, so that a nightly file neither sets them again nor fails each night. */
function managerChange({ values, user, manager }: UserFacts): Changes {
  if (values.manager === undefined) return {};
  const isNone = values.manager === null || manager?.isGone;
  const from = user?.managerName ?? null;
  if (isNone) return (user?.managerId ?? null) === null ? {} : { manager: [from, null] };
  if (manager !== null && manager.id === user?.managerId) return {};
  return { manager: [from, manager?.name ?? values.manager!] };
}

const notesOf = ({ values, manager }: UserFacts): Remark[] =>
  values.manager && manager?.isGone
    ? [{ field: 'manager', message: `${manager.name} has been offboarded, so no manager is stored.` }]
    : [];

function leavingEffect(user: KnownUser | null, { endDate, status }: UserValues): LeavingEffect | null {
  const before = user?.endDate ?? null;
  const after = endDate === undefined ? before : endDate;
  const isMarked = (status ?? user?.status) === 'offboarded';
  if (user?.isGone) return null;
  if (after !== null && before === null) return 'starts';
  if (isMarked && !user?.isLeaving) return 'starts';
  if (after === null && user?.isLeaving && !isMarked) return 'stops';
  return after === before ? null : 'moves';
}
