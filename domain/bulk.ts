import type { Recovery } from './assets.ts';
import { oneOrMany } from './wording/plural.ts';

/** What can be done to many items at once. */
export const bulkKinds = ['revocation', 'rejection', 'recovery', 'reminder'] as const;
export type BulkKind = (typeof bulkKinds)[number];

/** `bulk_actions.state`: the console executes a few items itself, and many wait for a workflow. */
export const bulkStates = ['console', 'waiting', 'done'] as const;
export type BulkState = (typeof bulkStates)[number];

/** What happened to one item. `unchanged` was done before. */
export const bulkOutcomes = ['done', 'unchanged', 'refused'] as const;
export type BulkOutcome = (typeof bulkOutcomes)[number];

/** How many items the console executes while a person waits. More are executed by a workflow, in batches of as many. */
export const mostAtOnce = 20;

/** How many items one action may have. */
export const mostItems = 2_000;

/** How many items are executed at the same time. */
export const concurrentItems = 5;

/** The result of one item; `reason` says why it was not done. */
export interface BulkResult {
  outcome: BulkOutcome;
  reason: string | null;
}

/** The result of an item that failed for a reason no one foresaw. The log has it. */
export const itemFailed: BulkResult = {
  outcome: 'refused',
  reason: 'Something went wrong. Try this one on its own.',
};

/** One of the items of a bulk action. A device also has its assignment and how it comes back. */
export interface BulkItemInput {
  itemId: number;
  recovery?: BulkRecovery | null;
}

/** A recovery of the assignment that the page showed. */
export interface BulkRecovery extends Recovery {
  assignmentId: number;
}

/** How many items an action has, and how many were done. */
export interface BulkCounts {
  items: number;
  done: number;
}

/** The sentence about the results so far: `4 of 5 seats revoked`. */
export function bulkSummary(kind: BulkKind, { items, done }: BulkCounts): string {
  const { one, many, verb } = bulkWords[kind];
  const what = `${done === items ? done : `${done} of ${items}`} ${oneOrMany(items, one, many)}`;
  return kind === 'reminder' ? `Reminders sent about ${what}` : `${what} ${verb}`;
}

/** The words of each kind: the items, and what was done to them. */
export const bulkWords: Record<BulkKind, { one: string; many: string; verb: string }> = {
  revocation: { one: 'seat', many: 'seats', verb: 'revoked' },
  rejection: { one: 'request', many: 'requests', verb: 'rejected' },
  recovery: { one: 'device', many: 'devices', verb: 'recovered' },
  reminder: { one: 'person', many: 'people', verb: 'sent' },
};
