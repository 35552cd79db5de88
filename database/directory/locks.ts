import { sql } from 'kysely';
import type { AccountAttributes } from '../../domain/directory/account.ts';
import { lockWithSuperAdmins } from '../access/super-admins.ts';
import type { EntityManager } from '../core/orm.ts';
import { RetryTransaction } from '../core/retrying.ts';
import { sqlOf } from '../core/tables.ts';
import { lockManagers } from '../people/manager-chain.ts';
import { peopleWaitingFor } from './managers.ts';

/** What a call of a directory needs locked before any row. */
interface Needed {
  /** Somebody gets another manager. */
  manager: boolean;
  /** Somebody loses their access, which the limit counts. */
  deactivation: boolean;
}

/** The locks that a call holds, and the people who wait for the person as their manager. */
export interface Held extends Needed {
  waiting: number[];
}

/**
 * Takes the locks of a call that turns what a directory stated into something else: for managers, for deactivations, and the
 * rows of people in the order of their ids. Reads without a lock what the call will change, so `refuseUnlocked` checks it
 * again. `userId` is null for a new person, `before` for a new account.
 */
export async function lockFor(
  em: EntityManager,
  userId: number | null,
  before: AccountAttributes | null,
  next: AccountAttributes,
  accountId: string | null = null,
): Promise<Held> {
  const needed = neededFor(before, next);
  const waiting = isNamedAnew(before, next) ? await peopleWaitingFor(em, next, accountId) : [];
  const held = { ...needed, manager: needed.manager || waiting.length > 0, waiting };
  if (held.manager) await lockManagers(em);
  // Somebody new has no access to lose.
  const isCounted = held.deactivation && userId !== null;
  if (isCounted) await lockDeactivations(em);
  if (isCounted || waiting.length > 0)
    await lockWithSuperAdmins(em, userId === null ? waiting : [userId, ...waiting]);
  return held;
}

/** Throws RetryTransaction when the account changed before it was locked, and the call needs other locks now. */
export function refuseUnlocked(held: Held, before: AccountAttributes | null, next: AccountAttributes): void {
  const needed = neededFor(before, next);
  if ((needed.manager && !held.manager) || (needed.deactivation && !held.deactivation))
    throw new RetryTransaction();
}

/**
 * Takes the workspace's one lock for deactivations, until the end of the transaction, so that every process counts them
 * exactly. Take it before any row is locked.
 */
export async function lockDeactivations(em: EntityManager): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('deactivations'), 0)`.execute(sqlOf(em));
}

const neededFor = (before: AccountAttributes | null, next: AccountAttributes): Needed => ({
  manager: next.manager !== null && next.manager !== (before?.manager ?? null),
  deactivation: !next.active && (before?.active ?? true),
});

const isNamedAnew = (before: AccountAttributes | null, next: AccountAttributes): boolean =>
  before === null ||
  (['userName', 'externalId', 'employeeNumber'] as const).some((name) => before[name] !== next[name]);
