import type { CalendarDate } from '../../domain/dates.ts';
import type { RequestOutcome } from '../../domain/offboarding/checklist.ts';

/** A request of a client. */
export type Operation =
  | { kind: 'assign'; assetId: number; userId: number }
  | { kind: 'recover'; assetId: number }
  | { kind: 'give-seat'; licenseId: number; userId: number }
  | { kind: 'revoke'; seatId: number; userId: number }
  | { kind: 'request'; userId: number }
  | { kind: 'approve'; requestId: number; userId: number }
  | { kind: 'resolve'; requestId: number; userId: number; outcome: RequestOutcome; assetId: number | null }
  | { kind: 'end-date'; userId: number; date: CalendarDate | null }
  | { kind: 'manager'; userId: number; managerId: number | null }
  | { kind: 'cancel'; userId: number }
  | { kind: 'complete'; userId: number };

export type OperationKind = Operation['kind'];

export const operationKinds: readonly OperationKind[] = [
  'assign',
  'recover',
  'give-seat',
  'revoke',
  'request',
  'approve',
  'resolve',
  'end-date',
  'manager',
  'cancel',
  'complete',
];

/**
 * The answer of Lastday. `unchanged`: nothing had to be done. `unknown`: no answer came, so the operation may have been
 * done, may be done later, or never.
 */
export type Answer = { is: 'done' } | { is: 'unchanged' | 'refused' | 'unknown'; why: string };

/** One operation of one client, with its answer. Times in epoch milliseconds. */
export interface AnsweredOperation {
  /** The client's unique name in the audit trail. */
  actor: string;
  operation: Operation;
  began: number;
  ended: number;
  answer: Answer;
}

/** A client of Lastday. A failed request is an `unknown` answer. */
export interface Client {
  actor: string;
  /** The operations that this client supports. */
  kinds: readonly OperationKind[];
  /** How many operations it sends at once, each about another person. */
  batchSize: number;
  /** Runs these operations; the answers have the same order. */
  ask(operations: readonly Operation[]): Promise<Answer[]>;
}

/** A client that sends one operation at a time. */
export const oneAtATime = (
  actor: string,
  kinds: readonly OperationKind[],
  ask: (operation: Operation) => Promise<Answer>,
): Client => ({
  actor,
  kinds,
  batchSize: 1,
  ask: async (operations) => [await ask(operations[0]!)],
});

/** The answer when an HTTP request failed. */
export const noAnswer = (error: unknown): Answer => ({
  is: 'unknown',
  why: String((error as Error).cause ?? error),
});
