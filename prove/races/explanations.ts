import type { AttributedTransaction } from './attribution.ts';
import { seatsPerLicense } from './fixture.ts';
import { type Model, openIn } from './model.ts';
import type { AnsweredOperation } from './operation.ts';
import { concerns, moves } from './trail.ts';

/** The history of a race from the view of one client. */
export interface ClientView {
  trail: readonly AttributedTransaction[];
  /** The state before the first transaction, and after each. */
  models: readonly Model[];
  /** Was answered before this client started its operation. */
  isOld: (transaction: AttributedTransaction) => boolean;
  /** Began after this client got its answer. */
  isLater: (transaction: AttributedTransaction) => boolean;
}

/** Whether an answer was true at some time while the client waited. */
export function isExplainedBy(answered: AnsweredOperation, view: ClientView): boolean {
  const { operation, answer } = answered;
  const why = 'why' in answer ? answer.why : '';
  const person = (userId: number, holds: (model: Model) => boolean) =>
    heldAtSomeTime(view, (transaction) => concerns(transaction, userId), holds);
  const asset = (assetId: number, holds: (model: Model) => boolean) =>
    heldAtSomeTime(view, (transaction) => moves(transaction, assetId), holds);
  const offboarded = (userId: number) => person(userId, ({ people }) => people[userId]!.completed);

  switch (operation.kind) {
    case 'assign':
      return /offboarded/.test(why)
        ? offboarded(operation.userId)
        : /is assigned to/.test(why) &&
            asset(operation.assetId, ({ assets }) => assets[operation.assetId] !== null);
    case 'recover': {
      const { assetId, assignmentId } = operation;
      return asset(assetId, ({ assets, assignments }) =>
        assignmentId === undefined ? assets[assetId] === null : assignments[assignmentId] === undefined,
      );
    }
    case 'give-seat':
      if (/offboarded/.test(why)) return offboarded(operation.userId);
      if (/already has a seat/.test(why)) return person(operation.userId, hasSeat(operation));
      return /no free seat/.test(why) && mayHaveBeenFull(operation.licenseId, view);
    case 'revoke':
      return (
        /already revoked/i.test(why) &&
        person(operation.userId, ({ seats }) => seats[operation.seatId] === undefined)
      );
    case 'request':
      return /offboarded/.test(why) && offboarded(operation.userId);
    case 'approve':
    case 'resolve': {
      const assetId = operation.kind === 'resolve' ? operation.assetId : null;
      if (/is assigned to/.test(why))
        return assetId !== null && asset(assetId, ({ assets }) => assets[assetId] !== null);
      if (/offboarded/.test(why)) return offboarded(operation.userId);
      const status = /already (\w+)/i.exec(why)?.[1];
      return person(operation.userId, ({ requests }) => requests[operation.requestId]?.status === status);
    }
    case 'end-date':
      return answer.is === 'done'
        ? person(operation.userId, ({ people }) => people[operation.userId]!.endDate === operation.date)
        : /offboarded/.test(why) && offboarded(operation.userId);
    case 'manager': {
      const { userId, managerId } = operation;
      const has = (manager: number | null) =>
        person(userId, ({ people }) => people[userId]!.managerId === manager);
      if (/reports to them/.test(why))
        return heldAtSomeTime(view, changesManagers, ({ people }) => isInChainOf(people, userId, managerId));
      if (answer.is === 'refused') return /offboarded/.test(why) && offboarded(userId);
      return has(managerId) || (managerId !== null && offboarded(managerId) && has(null));
    }
    case 'cancel':
      if (/offboarded/.test(why)) return offboarded(operation.userId);
      return /no open offboarding/.test(why) && person(operation.userId, hasNoOpenOffboarding(operation));
    case 'complete': {
      const [, ...counts] = /(\d+) hardware, (\d+) software, (\d+) request/.exec(why) ?? [];
      if (counts.length > 0) return person(operation.userId, hasOpen(operation, counts.map(Number)));
      if (/Already completed|offboarded/.test(why)) return offboarded(operation.userId);
      return (
        /was cancelled by|already has an open/.test(why) &&
        person(operation.userId, hasNoOpenOffboarding(operation))
      );
    }
    case 'undo-assign': {
      const { assetId, assignmentId } = operation;
      const hasEnded = ({ assignments }: Model) => assignments[assignmentId] === undefined;
      if (/already recovered/.test(why)) return asset(assetId, hasEnded);
      if (/is now assigned to/.test(why))
        return asset(assetId, (model) => hasEnded(model) && model.assets[assetId] !== null);
      return mayNotUndo(answered, ['asset.assigned'], { assignmentId }, view);
    }
    case 'undo-recover': {
      const { assetId, assignmentId, userId } = operation;
      if (answer.is === 'unchanged')
        return asset(assetId, ({ assignments }) => assignments[assignmentId] !== undefined);
      if (/is assigned to/.test(why)) return asset(assetId, ({ assets }) => assets[assetId] !== null);
      if (/already offboarded/.test(why)) return offboarded(userId);
      if (/isn't in .* history/.test(why))
        return stepsOf(['asset.assignment_undone'], { assignmentId }, view).length > 0;
      return mayNotUndo(answered, ['asset.recovered'], { assignmentId }, view);
    }
    case 'undo-revoke': {
      const { seatId, licenseId, userId } = operation;
      if (answer.is === 'unchanged') return person(userId, ({ seats }) => seats[seatId] !== undefined);
      if (/already offboarded/.test(why)) return offboarded(userId);
      if (/another seat/.test(why)) return person(userId, hasSeat(operation));
      if (/no other free seat/.test(why)) return mayHaveBeenFull(licenseId, view);
      return mayNotUndo(answered, ['seat.revoked'], { seatId }, view);
    }
    case 'undo-resolve': {
      const { requestId, userId } = operation;
      const hasStatus = (...known: string[]) =>
        person(userId, ({ requests }) => known.includes(requests[requestId]!.status));
      if (answer.is === 'unchanged') return hasStatus('pending', 'approved');
      if (/already offboarded/.test(why)) return offboarded(userId);
      if (/was fulfilled/.test(why)) return hasStatus('fulfilled');
      return mayNotUndo(answered, ['request.resolved'], { requestId }, view);
    }
  }
}

/** The transactions with a step that a client can have seen, by its actions and the id of its item. */
const stepsOf = (actions: string[], item: Record<string, number>, { trail, isLater }: ClientView) =>
  trail.filter(
    (transaction) =>
      !isLater(transaction) &&
      transaction.entries.some(
        ({ action, details }) =>
          actions.includes(action) && Object.entries(item).every(([name, id]) => details[name] === id),
      ),
  );

/** Whether someone else did a step last, or whether it was more than 15 seconds ago or before the race. */
function mayNotUndo(
  { actor, answer, ended }: AnsweredOperation,
  actions: string[],
  item: Record<string, number>,
  view: ClientView,
): boolean {
  const why = 'why' in answer ? answer.why : '';
  const steps = stepsOf(actions, item, view);
  if (/Someone else did this/.test(why)) return steps.some((step) => step.actor !== actor);
  return /Undo works for/.test(why) && (steps.length === 0 || steps.some(({ at }) => at < ended - 15_000));
}

/**
 * Whether a condition held in a state that the client can have seen: after the related transactions that are older
 * than its operation, and before those that began after its answer.
 */
function heldAtSomeTime(
  { trail, models, isOld, isLater }: ClientView,
  isRelated: (transaction: AttributedTransaction) => boolean,
  holds: (model: Model) => boolean,
): boolean {
  const first = trail.findLastIndex((transaction) => isRelated(transaction) && isOld(transaction)) + 1;
  const later = trail.findIndex(
    (transaction, index) => index >= first && isRelated(transaction) && isLater(transaction),
  );
  return models.slice(first, later === -1 ? models.length : later + 1).some(holds);
}

const changesManagers = ({ entries }: AttributedTransaction) =>
  entries.some(({ action }) => /^user\.manager_/.test(action));

/** Whether a person is in the chain of managers that begins with `managerId`. */
function isInChainOf(people: Model['people'], userId: number, managerId: number | null): boolean {
  const seen = new Set<number>();
  for (let at = managerId; at !== null && !seen.has(at); at = people[at]?.managerId ?? null) {
    if (at === userId) return true;
    seen.add(at);
  }
  return false;
}

const hasSeat =
  ({ userId, licenseId }: { userId: number; licenseId: number }) =>
  ({ seats }: Model) =>
    Object.values(seats).some((seat) => seat.userId === userId && seat.licenseId === licenseId);

const hasNoOpenOffboarding =
  ({ userId }: { userId: number }) =>
  ({ people }: Model) =>
    people[userId]!.offboardingId === null;

const hasOpen =
  ({ userId }: { userId: number }, [hardware, software, requests]: number[]) =>
  (model: Model) => {
    const open = openIn(model, userId);
    return open.hardware === hardware && open.software === software && open.requests === requests;
  };

/**
 * Whether a license can have been full: seats before the race, plus seats assigned by the end of the operation, minus
 * seats revoked before it began. States are not exact here, because a seat is freed after its entry's id is drawn.
 */
function mayHaveBeenFull(licenseId: number, { trail, models, isOld, isLater }: ClientView): boolean {
  const before = Object.values(models[0]!.seats).filter((seat) => seat.licenseId === licenseId).length;
  const count = (actions: string[], counts: (transaction: AttributedTransaction) => boolean) =>
    trail.filter(
      (transaction) =>
        counts(transaction) &&
        transaction.entries.some(
          ({ action, details }) => actions.includes(action) && details.licenseId === licenseId,
        ),
    ).length;
  const assigned = count(['seat.assigned', 'seat.revocation_undone'], (transaction) => !isLater(transaction));
  const revoked = count(['seat.revoked'], isOld);
  return before + assigned - revoked >= seatsPerLicense;
}
