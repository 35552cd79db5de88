import { randomUUID } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import {
  type Account,
  type AccountAttributes,
  AccountConflict,
  severalPeople,
} from '../../domain/directory/account.ts';
import { cleanAccount } from '../../domain/directory/clean-account.ts';
import { echoedOf } from '../../domain/directory/echoed-attributes.ts';
import type { Match } from '../../domain/directory/match.ts';
import { Merged, NotFound } from '../../domain/failures.ts';
import { lockWithSuperAdmins } from '../access/super-admins.ts';
import { changeWithin } from '../core/change.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { RetryTransaction } from '../core/retrying.ts';
import { sqlOf } from '../core/tables.ts';
import { DirectoryAccount } from '../entities/index.ts';
import { type AccountRow, accountColumns, attributesOf, readAccount, toAccount } from './account-rows.ts';
import { applyView } from './deactivation.ts';
import { inDirectoryCall } from './directory-call.ts';
import { lockDeactivations, lockFor } from './locks.ts';
import { matchPerson } from './match-person.ts';
import { insertPerson } from './new-person.ts';
import { forgetDecision } from './questions.ts';
import { writeAccount } from './write-account.ts';

/**
 * Adds the account of a person, who may be known, and returns it. Someone whose account the directory deleted, or sends
 * again, keeps the account's id. An inactive account of somebody new opens no offboarding, because they never had access.
 *
 * Throws InvalidInput for an attribute that cannot be stored. Throws AccountConflict for a userName that another account
 * has, and when the account may be several people's. Then it asks the admins, and the next call finds what they decided.
 */
export async function createAccount(
  em: EntityManager,
  actor: Actor,
  attributes: AccountAttributes,
  now = new Date(),
): Promise<Account> {
  const wanted = cleanAccount(attributes);
  return inDirectoryCall(em, wanted, async (transaction) => {
    const match = await matchPerson(transaction, wanted);
    const { userId, isNew, held } = await personOf(transaction, match, wanted);
    const id = await changeLocked(transaction, userId, actor, async (change) => {
      if (isNew) change.record('user.created', { name: change.user.name, email: change.user.email ?? null });
      const known = await transaction.findOne(DirectoryAccount, { userId });
      if (match.outcome === 'known' && match.by === 'address' && change.user.offboardingCompletedAt)
        throw new RetryTransaction();
      const before = known && attributesOf(known);
      const account = known ?? newAccount(transaction, userId, wanted, !isNew || wanted.active);
      await writeAccount(
        change,
        { account, before, stored: isNew ? { ...wanted, manager: null } : before, next: wanted, held },
        now,
      );
      if (wanted.active) account.activatedAt = now;
      await transaction.flush();
      await forgetDecision(transaction, wanted);
      return account.id;
    });
    return (await readAccount(transaction, id))!;
  });
}

/** Whose account it is, with the locks of the call. Adds the person when they are new. Throws AccountConflict. */
async function personOf(em: EntityManager, match: Match, wanted: AccountAttributes) {
  if (match.outcome === 'userName-taken') throw new AccountConflict('Another account has this userName.');
  if (match.outcome === 'conflict') throw severalPeople(match.candidates);
  const known = match.outcome === 'known' ? match.userId : null;
  const held = await lockFor(em, known, null, wanted);
  const userId = known ?? (await insertPerson(em, wanted, match.outcome === 'new' && match.isDecided));
  return { userId, isNew: known === null, held };
}

/** Like `changeWithin`. A record that was merged since it was found is looked for again. */
async function changeLocked<T>(
  em: EntityManager,
  userId: number,
  actor: Actor,
  work: (change: Change) => Promise<T>,
): Promise<T> {
  try {
    return await changeWithin(em, userId, actor, work);
  } catch (error) {
    throw error instanceof Merged ? new RetryTransaction() : error;
  }
}

const newAccount = (em: EntityManager, userId: number, wanted: AccountAttributes, active: boolean) =>
  em.create(DirectoryAccount, {
    id: randomUUID(),
    userId,
    userName: wanted.userName,
    externalId: wanted.externalId,
    manager: wanted.manager,
    active,
    attributes: echoedOf(wanted),
  });

/**
 * Changes what the directory says of a person. `change` gets the attributes and returns the new ones; it may be called
 * several times, so it must depend on them alone. `expected` gets the version under the lock, and throws to prevent the
 * change. Equal attributes change nothing. Throws NotFound, InvalidInput and AccountConflict.
 */
export async function changeAccount(
  em: EntityManager,
  actor: Actor,
  id: string,
  change: (current: AccountAttributes) => AccountAttributes,
  expected: (version: number) => void = () => {},
  now = new Date(),
): Promise<Account> {
  return inDirectoryCall(em, null, async (transaction, asksWith) => {
    const seen = await shownAccount(transaction, id);
    const planned = cleanAccount(change(seen.attributes));
    asksWith(planned);
    const held = await lockFor(transaction, seen.userId, seen.attributes, planned, id);
    await changeLocked(transaction, seen.userId, actor, async (about) => {
      const account = await lockedAccount(transaction, seen);
      expected(account.version);
      const before = attributesOf(account);
      await writeAccount(
        about,
        { account, before, stored: before, next: cleanAccount(change(before)), held },
        now,
      );
      await transaction.flush();
    });
    return shownAccount(transaction, id);
  });
}

/**
 * Deletes an account for the directory: it ends the person's access like a deactivation, and frees the userName. The person
 * stays, with what they have to give back; a later account with the same external id is theirs. `expected` is that of
 * `changeAccount`. Throws NotFound.
 */
export async function hideAccount(
  em: EntityManager,
  actor: Actor,
  id: string,
  expected: (version: number) => void = () => {},
  now = new Date(),
): Promise<void> {
  return inDirectoryCall(em, null, async (transaction) => {
    const seen = await shownAccount(transaction, id);
    if (seen.attributes.active) await lockDeactivations(transaction);
    await lockWithSuperAdmins(transaction, seen.userId);
    await changeLocked(transaction, seen.userId, actor, async (change) => {
      const account = await lockedAccount(transaction, seen);
      expected(account.version);
      if (account.active && !seen.attributes.active) throw new RetryTransaction();
      await applyView(change, account, false, now);
      Object.assign(account, { hiddenAt: now, changedAt: now, version: account.version + 1 });
      change.user.inDirectory = false;
      change.record('account.deleted', { accountId: id });
      await transaction.flush();
    });
  });
}

async function shownAccount(em: EntityManager, id: string): Promise<Account> {
  const account = await readAccount(em, id);
  if (account === null) throw new NotFound('account');
  return account;
}

/** The account again, after the person's row was locked. A merge may have given it to someone else since. */
async function lockedAccount(em: EntityManager, { id, userId }: Account): Promise<DirectoryAccount> {
  const account = await em.findOne(DirectoryAccount, { id });
  if (account?.userId !== userId) throw new RetryTransaction();
  if (account.hiddenAt) throw new NotFound('account');
  return account;
}

/** The account with this id; null when there is none, or the directory deleted it. */
export const accountById = (em: EntityManager, id: string): Promise<Account | null> => readAccount(em, id);

/** Which accounts a list has. */
interface Wanted {
  /** A condition on account `a` and user `u`. */
  where?: RawBuilder<boolean> | undefined;
  /** From 0. */
  offset: number;
  limit: number;
}

/** Accounts in the order in which they were added, and how many there are, by one statement. */
export async function listAccounts(
  em: EntityManager,
  { where = sql<boolean>`true`, offset, limit }: Wanted,
): Promise<{ total: number; accounts: Account[] }> {
  // A left join, because PostgreSQL leaves it out when the condition reads no user.
  const matching = sql`
    from directory_accounts a left join users u on u.id = a.user_id where a.hidden_at is null and ${where}`;
  const { rows } = await sql<AccountRow & { total: number }>`
    select total, page.* from (select count(*) as total ${matching}) counted left join (
      select ${accountColumns} from (select a.* ${matching} order by a.seq limit ${limit} offset ${offset}) a
      order by a.seq
    ) page on true`.execute(sqlOf(em));
  return { total: rows[0]!.total, accounts: rows.filter(({ id }) => id !== null).map(toAccount) };
}
