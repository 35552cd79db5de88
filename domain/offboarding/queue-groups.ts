import type { Sort } from '../sorting.ts';
import type { LookAhead } from './queue.ts';

/** The groups whose numbers are above the queue, with their names. Each is a filter in the address (`?show=`). */
export const queueGroups = {
  overdue: 'Overdue',
  today: 'Today',
  week: 'This week',
  ready: 'Ready to finalize',
  net: 'Safety net',
  outside: 'Outside the queue',
} as const;
export type QueueGroup = keyof typeof queueGroups;
export const queueGroupNames = Object.keys(queueGroups) as QueueGroup[];

/** The group "This week" ends this many days after today, like the amber dates. */
export const weekDays = 7;

/** What the queue can be sorted by. `open` is the number of open items. */
export const queueColumns = ['end-date', 'name', 'open'] as const;
export type QueueColumn = (typeof queueColumns)[number];

/** The order of the queue unless another is chosen: the soonest end date first. */
export const soonestFirst: Sort<QueueColumn> = { column: 'end-date', backwards: false };

/** What the leavers of a filter have, with its name. */
export const queueMarks = { waiting: 'On hold', over: 'Hold ended', notes: 'With notes' } as const;
export type QueueMark = keyof typeof queueMarks;
export const queueMarkNames = Object.keys(queueMarks) as QueueMark[];

/** Which people are shown. Empty texts and null match everyone. */
export interface QueueFilter {
  department: string;
  /** Part of the manager's name. */
  manager: string;
  /** The id of the admin who handles the leaver; `none` for leavers without an owner. */
  owner: number | 'none' | null;
  mark: QueueMark | null;
}

/** The filter that matches everyone. */
export const noFilter: QueueFilter = { department: '', manager: '', owner: null, mark: null };

/** What the queue shows: a look-ahead, one group of it or everyone, a filter and an order. */
export interface QueueQuery extends QueueFilter {
  lookAhead: LookAhead;
  group: QueueGroup | null;
  sort: Sort<QueueColumn>;
}
