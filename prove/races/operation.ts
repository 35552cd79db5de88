import type pg from 'pg';
import type { CalendarDate } from '../../domain/dates.ts';
import type { RequestOutcome } from '../../domain/offboarding/checklist.ts';
import type { Random } from '../random.ts';
import type { Fixture } from './fixture.ts';

/** A request of a client. */
export type Operation =
  | { kind: 'assign'; assetId: number; userId: number }
  /** With an assignment, as on the card of several devices, it ends only that one. */
  | { kind: 'recover'; assetId: number; assignmentId?: number }
  | { kind: 'give-seat'; licenseId: number; userId: number }
  | { kind: 'revoke'; seatId: number; userId: number }
  | { kind: 'request'; userId: number }
  | { kind: 'approve'; requestId: number; userId: number }
  | { kind: 'resolve'; requestId: number; userId: number; outcome: RequestOutcome; assetId: number | null }
  | { kind: 'end-date'; userId: number; date: CalendarDate | null }
  | { kind: 'manager'; userId: number; managerId: number | null }
  | { kind: 'cancel'; userId: number }
  | { kind: 'complete'; userId: number }
  | { kind: 'undo-assign'; assetId: number; assignmentId: number; userId: number }
  | { kind: 'undo-recover'; assetId: number; assignmentId: number; userId: number }
  | { kind: 'undo-revoke'; seatId: number; licenseId: number; userId: number }
  | { kind: 'undo-resolve'; requestId: number; userId: number };

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
  'undo-assign',
  'undo-recover',
  'undo-revoke',
  'undo-resolve',
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
  /** Chooses what it sends at once. Without it, each operation is chosen by itself. */
  choose?: (random: Random, pool: pg.Pool, company: Fixture) => Promise<Operation[]>;
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
