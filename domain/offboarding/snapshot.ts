import type { CalendarDate } from '../dates.ts';
import type { ReminderKind } from './reminders.ts';

/** The facts about a leaver that their workflow follows; each has its own signal. */
export type ChangedFact = 'hardware' | 'seats' | 'requests' | 'lastDay' | 'department';

/** The ids of one kind of open item, at `revision` of the user. */
export interface OpenSet {
  ids: number[];
  revision: number;
}

/** The last day and the state of the offboarding, at `revision` of the user. */
export interface LastDay {
  /** null for an offboarding without an end date. */
  date: CalendarDate | null;
  zone: string;
  state: 'open' | 'completed' | 'cancelled';
  revision: number;
  /** The next reminder, or null when none is left. Without it the workflow reads the next reminder itself. */
  reminder?: DueReminder | null;
}

/** A reminder that has not fired; `dueAt` in epoch milliseconds. */
export interface DueReminder {
  id: number;
  kind: ReminderKind;
  dueAt: number;
}

/** The leaver's department, at `revision` of the user. */
export interface Department {
  name: string | null;
  revision: number;
}

/** Everything that the workflow knows of one offboarding, read by one statement. */
export interface OffboardingSnapshot {
  offboardingId: number;
  userId: number;
  department: string | null;
  lastDay: LastDay;
  hardware: OpenSet;
  seats: OpenSet;
  requests: OpenSet;
}
