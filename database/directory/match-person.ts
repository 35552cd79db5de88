import { sql } from 'kysely';
import type { AccountAttributes } from '../../domain/directory/account.ts';
import { factsOf } from '../../domain/directory/account-facts.ts';
import { type Hits, type Match, matchOf } from '../../domain/directory/match.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/**
 * Whose account this is. Each look-up is by its own index, so equal ids from before equal ids were refused have a part of
 * their own. Reads without a lock: the unique indexes refuse what a concurrent call took.
 */
export async function matchPerson(em: EntityManager, attributes: AccountAttributes): Promise<Match> {
  const { userName, externalId, employeeNumber } = attributes;
  const addresses = [factsOf(attributes).email, userName].filter((text) => text !== null);
  const { rows } = await sql<Hits>`
    select
      (select user_id from directory_accounts where folded(user_name) = folded(${userName}) and hidden_at is null)
        as "userNameOf",
      (select user_id from identities where source = 'scim' and folded(external_id) = folded(${externalId}::text)
        and not external_id_is_duplicate) as "byLink",
      (select jsonb_build_object('userId', decided_user_id) from directory_questions
        where kind = 'person' and decided_at is not null
          and (folded(user_name) = folded(${userName}) or folded(external_id) = folded(${externalId}::text))
        order by folded(external_id) = folded(${externalId}::text) desc nulls last, id desc limit 1) as decided,
      array(
        select p.id from identities i join users p on p.id = i.user_id
        where i.source = 'hr' and folded(i.external_id) = folded(${employeeNumber}::text)
          and not i.external_id_is_duplicate and p.erased_at is null
        union
        select p.id from identities i join users p on p.id = i.user_id
        where i.source = 'hr' and folded(i.external_id) = folded(${employeeNumber}::text)
          and i.external_id_is_duplicate and p.erased_at is null
      ) as "byEmployeeNumber",
      array(
        select p.id from unnest(${addresses}::text[]) t
        join users p on folded(p.email) = folded(t) and p.email_is_duplicate and p.offboarding_completed_at is null
        union
        select p.id from unnest(${addresses}::text[]) t join users p on p.id = person_with_email(t)
      ) as "byAddress"`.execute(sqlOf(em));
  const hits = rows[0]!;
  const found = [hits.byLink, hits.decided?.userId, ...hits.byEmployeeNumber, ...hits.byAddress];
  const known = found.filter((id) => id != null);
  return matchOf(hits, await accountHolders(em, known, externalId));
}

/** Those of these people who have an account that is not deleted, and whether it has the external id. */
async function accountHolders(
  em: EntityManager,
  userIds: readonly number[],
  externalId: string | null,
): Promise<Map<number, boolean>> {
  if (userIds.length === 0) return new Map();
  const { rows } = await sql<{ userId: number; isSame: boolean }>`
    select user_id as "userId", coalesce(folded(external_id) = folded(${externalId}::text), false) as "isSame"
    from directory_accounts where user_id = any(${userIds}::int[]) and hidden_at is null`.execute(sqlOf(em));
  return new Map(rows.map(({ userId, isSame }) => [userId, isSame]));
}
