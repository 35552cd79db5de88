import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { Refusal } from '../../domain/failures.ts';
import { changeAbout } from '../core/change.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { AccountLink } from '../entities/provider.ts';
import { endSessions } from './sessions.ts';

/** An account at the provider, as the pages of its person show it. Times are ISO texts. */
export interface LinkedAccount {
  issuer: string;
  subject: string;
  linkedBy: AccountLink;
  linkedAt: string;
  lastSignInAt: string;
}

/** SQL for the accounts of person `u` as JSON, the last used first. */
export const accountsOfUser = sql<LinkedAccount[]>`(
  select coalesce(jsonb_agg(jsonb_build_object('issuer', a.issuer, 'subject', a.subject, 'linkedBy', a.linked_by,
    'linkedAt', a.linked_at, 'lastSignInAt', a.last_sign_in_at) order by a.last_sign_in_at desc), '[]')
  from provider_accounts a where a.user_id = u.id)`;

/**
 * Unlinks an account at the provider from its person, and ends all their sessions. The next sign-in with it is like the
 * first one. Throws a Refusal when the account is no longer linked to them, and NotFound.
 */
export const unlinkAccount = (
  em: EntityManager,
  actor: Actor,
  userId: number,
  { issuer, subject }: Pick<LinkedAccount, 'issuer' | 'subject'>,
): Promise<void> =>
  changeAbout(em, userId, actor, async (change) => {
    const { numAffectedRows } = await sql`
      delete from provider_accounts
      where user_id = ${userId} and issuer = ${issuer} and subject = ${subject}`.execute(sqlOf(change.em));
    if (Number(numAffectedRows) === 0)
      throw new Refusal('not-linked', 'This account is no longer linked to this person.');
    await endSessions(change.em, userId);
    change.record('user.account_unlinked', { issuer });
  });

/** Forgets the accounts of these records of a person, and that sign-ins of them were refused. */
export async function eraseProviderAccounts(em: EntityManager, records: readonly number[]): Promise<void> {
  await sql`
    with accounts as (delete from provider_accounts where user_id = any(${records}::int[]))
    update sign_in_refusals set user_id = null, detail = null where user_id = any(${records}::int[])`.execute(
    sqlOf(em),
  );
}

/** Gives the accounts of the record that goes to the one that stays, with the refused sign-ins. Both rows are locked. */
export async function moveProviderAccounts(em: EntityManager, goneId: number, keptId: number): Promise<void> {
  await sql`
    with accounts as (update provider_accounts set user_id = ${keptId} where user_id = ${goneId})
    update sign_in_refusals set user_id = ${keptId} where user_id = ${goneId}`.execute(sqlOf(em));
}
