import type { Operation, Told } from './operation.ts';
import { inOneLine, type Transaction } from './trail.ts';

/** A transaction with the operation that caused it; null when that is not known. */
export interface Attributed extends Transaction {
  told: Told | null;
}

/** Clocks are read in two processes: in milliseconds. */
const slack = 5;

/**
 * Finds the operation behind each transaction. A client does one thing after another under a name of its own, so
 * what it changed while it waited for an answer is what it asked for. Returns also what does not fit: changes
 * that nobody asked for, and answers that claim a change which is not there, or none which is.
 */
export function attribute(
  trail: readonly Transaction[],
  history: readonly Told[],
): { trail: Attributed[]; problems: string[] } {
  const problems: string[] = [];
  const causedBy = new Map<Told, Transaction[]>();
  const attributed = trail.map((transaction): Attributed => {
    const told = causeOf(transaction, history, causedBy);
    if (told === null) problems.push(`a change that nobody asked for: ${inOneLine(transaction)}`);
    else causedBy.set(told, [...(causedBy.get(told) ?? []), transaction]);
    return { ...transaction, told };
  });
  for (const told of history) problems.push(...problemsOf(told, causedBy.get(told) ?? []));
  return { trail: attributed, problems };
}

function causeOf(
  transaction: Transaction,
  history: readonly Told[],
  causedBy: Map<Told, Transaction[]>,
): Told | null {
  const fitting = history.filter(
    ({ actor, operation }) => actor === transaction.actor && fits(operation, transaction),
  );
  const inTime = fitting.filter(
    ({ began, ended, answer }) =>
      answer.is !== 'unknown' && began - slack <= transaction.at && transaction.at <= ended + slack,
  );
  // Who asks the same twice in a few milliseconds has it done twice, once for each time; or once, as they were told.
  const undone = inTime.filter((told) => !isDone(told, causedBy.get(told) ?? []));
  const answered = undone.find(({ answer }) => answer.is === 'done') ?? undone[0] ?? inTime[0];
  // Without an answer it may have happened at any time afterwards.
  const unanswered = fitting.find(
    (told) =>
      told.answer.is === 'unknown' &&
      told.began - slack <= transaction.at &&
      !isDone(told, causedBy.get(told) ?? []),
  );
  return answered ?? unanswered ?? null;
}

const isDone = ({ operation }: Told, transactions: readonly Transaction[]) =>
  transactions.some((transaction) => carriesOut(operation, transaction));

function problemsOf(told: Told, transactions: readonly Transaction[]): string[] {
  const { actor, operation, answer } = told;
  const times = transactions.filter((transaction) => carriesOut(operation, transaction)).length;
  const claim = `${actor} was told "${answer.is}${'why' in answer ? `: ${answer.why}` : ''}" of ${JSON.stringify(operation)}`;
  if (times > 1) return [`${claim}, and it happened ${times} times`];
  if (answer.is === 'done' && times === 0 && !isRequestOperation(operation))
    return [`${claim}, but it did not happen`];
  if ((answer.is === 'refused' || answer.is === 'unchanged') && times > 0)
    return [`${claim}, but it happened`];
  return [];
}

/** Says how something is to be, which it may be already: then it is answered as if it had been changed. */
export const isRequestOperation = ({ kind }: Operation): boolean => kind === 'end-date' || kind === 'manager';

/** Whether an operation may leave such a transaction: completing early opens an offboarding, and may cancel it again. */
const fits = (operation: Operation, transaction: Transaction): boolean =>
  carriesOut(operation, transaction) ||
  (operation.kind === 'complete' &&
    transaction.entries.every(
      ({ action, userId }) =>
        userId === operation.userId &&
        (action === 'offboarding.opened' || action === 'offboarding.cancelled'),
    ));

/** Whether a transaction is what an operation asks for. */
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
      return has('asset.recovered', { assetId: operation.assetId });
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
      // Instead of somebody who has been offboarded, nobody is stored; `explanations.ts` asks whether that was so.
      return [operation.managerId, null].some((to) => has('user.manager_changed', { to }, operation.userId));
    case 'cancel':
      return has('offboarding.cancelled', {}, operation.userId);
    case 'complete':
      return has('user.offboarded', {}, operation.userId);
  }
}
