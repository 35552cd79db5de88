import type { CalendarDate } from '../../domain/dates.ts';
import type { RequestOutcome } from '../../domain/offboarding/checklist.ts';

/** Something that a client of Lastday asks for. */
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
 * What Lastday answered. `unchanged`: it says that nothing had to be done. `unknown`: no answer came, so it
 * may have been done, may be done later, or never.
 */
export type Answer = { is: 'done' } | { is: 'unchanged' | 'refused' | 'unknown'; why: string };

/** One operation of one client, who does one after another. Moments in epoch milliseconds. */
export interface Told {
  /** As the audit trail calls the client; nobody else goes by that name. */
  actor: string;
  operation: Operation;
  began: number;
  ended: number;
  answer: Answer;
}

/** A way into Lastday for one client. Never throws: what goes wrong is an `unknown` answer. */
export interface Client {
  actor: string;
  /** What can be asked for there. */
  kinds: readonly OperationKind[];
  /** About how many different people it asks at once. */
  atOnce: number;
  /** Asks for these operations; the answers are in the same order. */
  ask(operations: readonly Operation[]): Promise<Answer[]>;
}

/** A door at which one thing is asked for at a time. */
export const oneByOne = (
  actor: string,
  kinds: readonly OperationKind[],
  ask: (operation: Operation) => Promise<Answer>,
): Client => ({
  actor,
  kinds,
  atOnce: 1,
  ask: async (operations) => [await ask(operations[0]!)],
});

/** Told of something that was asked over HTTP and found nobody who answers. */
export const noAnswer = (error: unknown): Answer => ({
  is: 'unknown',
  why: String((error as Error).cause ?? error),
});
