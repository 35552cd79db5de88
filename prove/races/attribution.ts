import type { AnsweredOperation, Operation } from './operation.ts';
import { describeTransaction, type Transaction } from './trail.ts';

/** A transaction with the operation that caused it, or null if none fits. */
export interface AttributedTransaction extends Transaction {
  cause: AnsweredOperation | null;
}

/** How much the clocks of Node and PostgreSQL may differ, in milliseconds. */
const clockSkewMs = 5;

/**
 * Finds the operation behind each transaction. A client runs one operation at a time under its own actor name, so a
 * change during an operation belongs to it. Also returns changes without an operation, and answers that contradict
 * the changes.
 */
export function attribute(
  trail: readonly Transaction[],
  history: readonly AnsweredOperation[],
): { trail: AttributedTransaction[]; problems: string[] } {
  const problems: string[] = [];
  const causedBy = new Map<AnsweredOperation, Transaction[]>();
  const attributed = trail.map((transaction): AttributedTransaction => {
    const cause = causeOf(transaction, history, causedBy);
    if (cause === null) problems.push(`a change without an operation: ${describeTransaction(transaction)}`);
    else causedBy.set(cause, [...(causedBy.get(cause) ?? []), transaction]);
    return { ...transaction, cause };
  });
  for (const answered of history) problems.push(...problemsOf(answered, causedBy.get(answered) ?? []));
  return { trail: attributed, problems };
}

function causeOf(
  transaction: Transaction,
  history: readonly AnsweredOperation[],
  causedBy: Map<AnsweredOperation, Transaction[]>,
): AnsweredOperation | null {
  const fitting = history.filter(
    ({ actor, operation }) => actor === transaction.actor && fits(operation, transaction),
  );
  const inTime = fitting.filter(
    ({ began, ended, answer }) =>
      answer.is !== 'unknown' &&
      began - clockSkewMs <= transaction.at &&
      transaction.at <= ended + clockSkewMs,
  );
  // Of two equal operations within a few milliseconds, each causes the change that its own answer claims.
  const undone = inTime.filter((answered) => !isDone(answered, causedBy.get(answered) ?? []));
  const answered = undone.find(({ answer }) => answer.is === 'done') ?? undone[0] ?? inTime[0];
  // Without an answer the change may have happened at any later time.
  const unanswered = fitting.find(
    (answered) =>
      answered.answer.is === 'unknown' &&
      answered.began - clockSkewMs <= transaction.at &&
      !isDone(answered, causedBy.get(answered) ?? []),
  );
  return answered ?? unanswered ?? null;
}

const isDone = ({ operation }: AnsweredOperation, transactions: readonly Transaction[]) =>
  transactions.some((transaction) => carriesOut(operation, transaction));

function problemsOf(answered: AnsweredOperation, transactions: readonly Transaction[]): string[] {
  const { actor, operation, answer } = answered;
  const times = transactions.filter((transaction) => carriesOut(operation, transaction)).length;
  const claim = `${actor} got "${answer.is}${'why' in answer ? `: ${answer.why}` : ''}" for ${JSON.stringify(operation)}`;
  if (times > 1) return [`${claim}, and it happened ${times} times`];
  if (answer.is === 'done' && times === 0 && !isIdempotent(operation))
    return [`${claim}, but it did not happen`];
  if ((answer.is === 'refused' || answer.is === 'unchanged') && times > 0)
    return [`${claim}, but it happened`];
  return [];
}

/** Whether an operation sets a value: it succeeds without a change when the value is set already. */
export const isIdempotent = ({ kind }: Operation): boolean => kind === 'end-date' || kind === 'manager';

/** Whether an operation can cause a transaction: completing early opens an offboarding, and may cancel it again. */
const fits = (operation: Operation, transaction: Transaction): boolean =>
  carriesOut(operation, transaction) ||
  (operation.kind === 'complete' &&
    transaction.entries.every(
      ({ action, userId }) =>
        userId === operation.userId &&
        (action === 'offboarding.opened' || action === 'offboarding.cancelled'),
    ));

/** Whether a transaction makes the change that an operation requests. */
function carriesOut(operation: Operation, { entries }: Transaction): boolean {
  // biome-ignore lint/suspicious/noExplicitAny: each action has its own details
  const has = (action: string, expected: Record<string, any>, userId?: number) =>
    entries.some(
      (entry) =>
        entry.action === action &&
        (userId === undefined || entry.userId === userId) &&
        Object.entries(expected).every(([name, value]) => entry.details[name] === value),
    );
  switch (operation.kind) {
    case 'assign':
      return entries.length === 1 && has('asset.assigned', { assetId: operation.assetId }, operation.userId);
    case 'recover':
      return has('asset.recovered', {
        assetId: operation.assetId,
        ...(operation.assignmentId !== undefined && { assignmentId: operation.assignmentId }),
      });
    case 'give-seat':
      return has('seat.assigned', { licenseId: operation.licenseId }, operation.userId);
    case 'revoke':
      return has('seat.revoked', { seatId: operation.seatId }, operation.userId);
    case 'request':
      return has('request.created', {}, operation.userId);
    case 'approve':
      return has('request.approved', { requestId: operation.requestId });
    case 'resolve':
      return (
        has('request.resolved', { requestId: operation.requestId, outcome: operation.outcome }) &&
        (operation.assetId === null ||
          has('asset.assigned', { assetId: operation.assetId }, operation.userId))
      );
    case 'end-date':
      return has('user.end_date_changed', { to: operation.date }, operation.userId);
    case 'manager':
      // An offboarded manager is stored as null; `explanations.ts` checks that they were offboarded.
      return [operation.managerId, null].some((to) => has('user.manager_changed', { to }, operation.userId));
    case 'cancel':
      return has('offboarding.cancelled', {}, operation.userId);
    case 'complete':
      return has('user.offboarded', {}, operation.userId);
    case 'undo-assign':
      return has('asset.assignment_undone', { assignmentId: operation.assignmentId }, operation.userId);
    case 'undo-recover':
      return has('asset.recovery_undone', { assignmentId: operation.assignmentId }, operation.userId);
    case 'undo-revoke':
      return has('seat.revocation_undone', { seatId: operation.seatId }, operation.userId);
    case 'undo-resolve':
      // Undoing an assignment also reopens the request that it fulfilled.
      return (
        entries.length === 1 &&
        has('request.resolution_undone', { requestId: operation.requestId }, operation.userId)
      );
  }
}
