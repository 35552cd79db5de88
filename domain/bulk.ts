import type { Recovery } from './assets.ts';

/** What can be done to many items at once. */
export const bulkKinds = ['revocation', 'rejection', 'recovery', 'reminder'] as const;
export type BulkKind = (typeof bulkKinds)[number];

/** `bulk_actions.state`: the console executes a few items itself. */
export const bulkStates = ['console', 'done'] as const;
export type BulkState = (typeof bulkStates)[number];

/** What happened to one item. `unchanged` was done before; `unanswered` may still happen within a minute. */
export const bulkOutcomes = ['done', 'unchanged', 'refused', 'unanswered'] as const;
export type BulkOutcome = (typeof bulkOutcomes)[number];

/** How many items the console executes while a person waits. */
export const mostAtOnce = 20;

/** How many items are executed at the same time. */
export const concurrentItems = 5;

/** The result of one item; `reason` says why it was not done. */
export interface BulkResult {
  outcome: BulkOutcome;
  reason: string | null;
}

/** One of the items of a bulk action. A device also has its assignment and how it comes back. */
export interface BulkItemInput {
  itemId: number;
  recovery?: BulkRecovery | null;
}

/** A recovery of the assignment that the page showed. */
export interface BulkRecovery extends Recovery {
  assignmentId: number;
}

/** The sentence about the results so far: `4 of 5 seats revoked`. */
export function bulkSummary(kind: BulkKind, outcomes: readonly (BulkOutcome | null)[]): string {
  const done = outcomes.filter((outcome) => outcome === 'done').length;
  const { one, many, verb } = bulkWords[kind];
  const noun = outcomes.length === 1 ? one : many;
  return `${done === outcomes.length ? done : `${done} of ${outcomes.length}`} ${noun} ${verb}`;
}

/** The words of each kind: the items, and what was done to them. */
export const bulkWords: Record<BulkKind, { one: string; many: string; verb: string }> = {
  revocation: { one: 'seat', many: 'seats', verb: 'revoked' },
  rejection: { one: 'request', many: 'requests', verb: 'rejected' },
  recovery: { one: 'device', many: 'devices', verb: 'recovered' },
  reminder: { one: 'person', many: 'people', verb: 'reminded' },
};
