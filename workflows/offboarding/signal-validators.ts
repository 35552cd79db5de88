import type { Department, DueReminder, LastDay, OpenSet } from '../../domain/offboarding/snapshot.ts';

// Anyone with the Temporal CLI can send a signal. A malformed payload would fail the workflow task for ever, so it is dropped.

type Unchecked<T> = { [Field in keyof T]?: unknown };

export function isOpenSet(value: unknown): value is OpenSet {
  const { ids, revision } = uncheckedIn<OpenSet>(value);
  return isRevision(revision) && Array.isArray(ids) && ids.every((id) => Number.isSafeInteger(id));
}

const states: readonly unknown[] = ['open', 'completed', 'cancelled'] satisfies LastDay['state'][];

export function isLastDay(value: unknown): value is LastDay {
  const { date, zone, state, revision, reminder } = uncheckedIn<LastDay>(value);
  const isDay = date === null || (typeof date === 'string' && isCalendarDay(date));
  const fits = isRevision(revision) && isDay && typeof zone === 'string' && states.includes(state);
  return fits && (reminder === undefined || reminder === null || isDueReminder(reminder));
}

function isDueReminder(value: unknown): value is DueReminder {
  const { id, kind, dueAt } = uncheckedIn<DueReminder>(value);
  return Number.isSafeInteger(id) && typeof kind === 'string' && Number.isFinite(dueAt);
}

export function isDepartment(value: unknown): value is Department {
  const { name, revision } = uncheckedIn<Department>(value);
  return isRevision(revision) && (name === null || typeof name === 'string');
}

const isRevision = (value: unknown) => Number.isSafeInteger(value);

const isCalendarDay = (date: string) =>
  /^\d{4}-\d{2}-\d{2}$/.test(date) && !Number.isNaN(Date.parse(`${date}T00:00:00Z`));

const uncheckedIn = <T>(value: unknown): Unchecked<T> =>
  typeof value === 'object' && value !== null ? (value as Unchecked<T>) : {};
