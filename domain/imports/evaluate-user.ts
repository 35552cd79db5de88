import { erasedWarning } from '../erasure.ts';
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
import { addressRefusal, settle } from './settle-user.ts';
import type { KnownUser, UserFacts, UserValues } from './user-facts.ts';

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

/**
 * What a line about a user would change. A bad cell is a problem of the whole line when it decides who the person is or
 * when they leave; any other one is a warning. The rules are checked again when the line is executed.
 */
export function evaluateUser(facts: UserFacts, badCells: readonly Remark[] = []): Evaluation {
  if (facts.user?.isErased) return accepted(false, {}, [{ field: null, message: erasedWarning }]);
  if (badCells.some(({ field }) => !isOptional(field, facts.user))) return refused([...badCells]);
  const { values, warnings } = settle(facts);
  const changes: Changes = {
    ...changedValues(plainFields, values, facts.user),
    ...managerChange({ ...facts, values }),
  };
  const problems = [
    ...problemsOfIdentity({ ...facts, values }),
    ...problemsOfDates(values, facts.user),
    ...problemsOfGone(facts.user, changes),
    ...problemOfLostAddress(facts, changes),
  ];
  if (problems.length > 0) return refused([...problems, ...badCells]);
  const leaving = leavingEffect(facts.user, values);
  const notes = identityNotes(facts, changes);
  return accepted(facts.user === null, changes, [...notes, ...badCells, ...warnings], leaving);
}

/** Whether a line can do without the value of a field. A newcomer cannot do without the name, or with a bad address. */
function isOptional(field: string | null, user: KnownUser | null): boolean {
  if (field === 'name' || field === 'email') return user !== null;
  return field !== null && !['externalId', 'endDate', 'status'].includes(field);
}

function problemsOfIdentity(facts: UserFacts): Remark[] {
  if (facts.user !== null) return [];
  const problems: Remark[] = [];
  const address = addressRefusal(facts);
  if (address !== null) problems.push({ field: 'email', message: address });
  if (facts.values.name === undefined)
    problems.push({ field: 'name', message: 'A new person needs a name.' });
  return problems;
}

function problemsOfDates(values: UserValues, user: KnownUser | null): Remark[] {
  const start = values.startDate === undefined ? (user?.startDate ?? null) : values.startDate;
  const end = values.endDate === undefined ? (user?.endDate ?? null) : values.endDate;
  if (start === null || end === null || end >= start) return [];
  return [{ field: 'endDate', message: `The end date is before the start date, ${start}.` }];
}

/** After completion the end date, the status and the manager cannot change. */
function problemsOfGone(user: KnownUser | null, changes: Changes): Remark[] {
  if (!user?.isGone) return [];
  return ['endDate', 'status', 'manager']
    .filter((field) => field in changes)
    .map((field) => ({ field, message: "This person is offboarded, which can't be undone." }));
}

/** A line whose address cannot be stored is refused when it would change nothing else. */
function problemOfLostAddress(facts: UserFacts, changes: Changes): Remark[] {
  const message = facts.user === null ? null : addressRefusal(facts);
  return message === null || Object.keys(changes).length > 0 ? [] : [{ field: 'email', message }];
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
