import type { Attributed } from './attribution.ts';
import { seatsPerLicense } from './fixture.ts';
import { type Model, openIn } from './model.ts';
import type { Told } from './operation.ts';
import { concerns, moves } from './trail.ts';

/** The course of a race as one client can have seen it. */
export interface Course {
  trail: readonly Attributed[];
  /** One more than transactions: before the first, and after each. */
  worlds: readonly Model[];
  /** Had been answered before this client asked. */
  isOld: (transaction: Attributed) => boolean;
  /** Began after this client had its answer. */
  isLater: (transaction: Attributed) => boolean;
}

/** Whether what a client was told was true at some moment while it waited. */
export function isExplainedBy({ operation, answer }: Told, course: Course): boolean {
  const why = 'why' in answer ? answer.why : '';
  const person = (userId: number, holds: (world: Model) => boolean) =>
    atSomeMoment(course, (transaction) => concerns(transaction, userId), holds);
  const asset = (assetId: number, holds: (world: Model) => boolean) =>
    atSomeMoment(course, (transaction) => moves(transaction, assetId), holds);
  const gone = (userId: number) => person(userId, ({ people }) => people[userId]!.completed);

  switch (operation.kind) {
    case 'assign':
      return /offboarded/.test(why)
        ? gone(operation.userId)
        : /hold/.test(why) && asset(operation.assetId, ({ assets }) => assets[operation.assetId] !== null);
    case 'recover':
      return asset(operation.assetId, ({ assets }) => assets[operation.assetId] === null);
    case 'give-seat':
      if (/offboarded/.test(why)) return gone(operation.userId);
      if (/already has a seat/.test(why)) return person(operation.userId, hasSeat(operation));
      return /no free seat/.test(why) && mayHaveBeenFull(operation.licenseId, course);
    case 'revoke':
      return (
        /revoked already/.test(why) &&
        person(operation.userId, ({ seats }) => seats[operation.seatId] === undefined)
      );
    case 'request':
      return /offboarded/.test(why) && gone(operation.userId);
    case 'approve':
    case 'resolve': {
      const assetId = operation.kind === 'resolve' ? operation.assetId : null;
      if (/hold/.test(why))
        return assetId !== null && asset(assetId, ({ assets }) => assets[assetId] !== null);
      if (/offboarded/.test(why)) return gone(operation.userId);
      const status = /approved already/.test(why) ? 'approved' : /already been (\w+)/.exec(why)?.[1];
      return person(operation.userId, ({ requests }) => requests[operation.requestId]?.status === status);
    }
    case 'end-date':
      return answer.is === 'done'
        ? person(operation.userId, ({ people }) => people[operation.userId]!.endDate === operation.date)
        : /offboarded/.test(why) && gone(operation.userId);
    case 'manager': {
      const { userId, managerId } = operation;
      const has = (manager: number | null) =>
        person(userId, ({ people }) => people[userId]!.managerId === manager);
      if (answer.is === 'refused') return /offboarded/.test(why) && gone(userId);
      return has(managerId) || (managerId !== null && gone(managerId) && has(null));
    }
    case 'cancel':
      if (/offboarded/.test(why)) return gone(operation.userId);
      return /no open offboarding/.test(why) && person(operation.userId, hasNoOpenOffboarding(operation));
    case 'complete': {
      const [, ...counts] = /(\d+) hardware, (\d+) software, (\d+) request/.exec(why) ?? [];
      if (counts.length > 0) return person(operation.userId, hasOpen(operation, counts.map(Number)));
      if (/Already completed|offboarded/.test(why)) return gone(operation.userId);
      return (
        /was cancelled by|already has an open/.test(why) &&
        person(operation.userId, hasNoOpenOffboarding(operation))
      );
    }
  }
}

/**
 * Whether something held in a world this client can have met: after everything of this line that is older than its
 * question, and before everything that is later than its answer.
 */
function atSomeMoment(
  { trail, worlds, isOld, isLater }: Course,
  isOfLine: (transaction: Attributed) => boolean,
  holds: (world: Model) => boolean,
): boolean {
  const first = trail.findLastIndex((transaction) => isOfLine(transaction) && isOld(transaction)) + 1;
  const later = trail.findIndex(
    (transaction, index) => index >= first && isOfLine(transaction) && isLater(transaction),
  );
  return worlds.slice(first, later === -1 ? worlds.length : later + 1).some(holds);
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
  (world: Model) => {
    const open = openIn(world, userId);
    return open.hardware === hardware && open.software === software && open.requests === requests;
  };

/**
 * A seat is given back a little after its entry's id was drawn, so seats are not counted world by world: the license
 * may have been full when it was if all that were given by the end, less those that were back before the beginning,
 * fill it.
 */
function mayHaveBeenFull(licenseId: number, { trail, worlds, isOld, isLater }: Course): boolean {
  const before = Object.values(worlds[0]!.seats).filter((seat) => seat.licenseId === licenseId).length;
  const count = (action: string, counts: (transaction: Attributed) => boolean) =>
    trail.filter(
      (transaction) =>
        counts(transaction) &&
        transaction.entries.some((entry) => entry.action === action && entry.details.licenseId === licenseId),
    ).length;
  const given = count('seat.assigned', (transaction) => !isLater(transaction));
  const back = count('seat.revoked', isOld);
  return before + given - back >= seatsPerLicense;
}
