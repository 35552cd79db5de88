import { sql } from 'kysely';
import type { AccountAttributes } from '../../domain/directory/account.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { isInChainOf } from '../people/manager-chain.ts';

/**
 * The id of the manager whom the directory names; null when nobody is known by that text yet, for the person themselves,
 * for someone who has completed an offboarding, and for one of the person's reports. Locks the manager's row, because a
 * concurrent completion must not offboard them before this commits.
 */
export async function managerNamed(
  { em, user }: Change,
  manager: AccountAttributes['manager'],
): Promise<number | null> {
  if (manager === null) return null;
  const { rows } = await sql<{ id: number; fits: boolean }>`
    select m.id, m.offboarding_completed_at is null and m.id <> ${user.id}
      and not ${isInChainOf(sql`m.id`, user.id)} as fits
    from users m where m.id = person_in_directory(${manager}) for key share`.execute(sqlOf(em));
  return rows[0]?.fits ? rows[0].id : null;
}

/** SQL condition: account `a` of user `u` names someone by one of these texts, and has no manager yet. */
const waitsFor = (names: readonly (string | null)[]) => sql<boolean>`(
  folded(a.manager) = any(array(select folded(n) from unnest(${names}::text[]) n)) and a.manager is not null and a.hidden_at is null
  and u.manager_id is null and not 'manager' = any(u.hr_stated) and u.offboarding_completed_at is null)`;

const namesOf = ({ userName, externalId, employeeNumber }: AccountAttributes, accountId: string | null) => [
  userName,
  externalId,
  employeeNumber,
  accountId,
];

/** The people whose account names somebody with these attributes as their manager, and who have none yet. */
export async function peopleWaitingFor(
  em: EntityManager,
  attributes: AccountAttributes,
  accountId: string | null,
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select u.id from directory_accounts a join users u on u.id = a.user_id
    where ${waitsFor(namesOf(attributes, accountId))}`.execute(sqlOf(em));
  return rows.map(({ id }) => id);
}

/**
 * Gives the people who were waiting for this person their manager, by one statement. Leaves out those to whom the person
 * reports. The caller holds `lockManagers` and has locked the people.
 */
export async function joinReports(
  { em, user, actor }: Change,
  waiting: readonly number[],
  attributes: AccountAttributes,
  accountId: string,
): Promise<void> {
  if (waiting.length === 0 || user.offboardingCompletedAt) return;
  await em.flush();
  await sql`
    with recursive above (id, manager_id) as (
      select p.id, p.manager_id from users p where p.id = ${user.id}
      union
      select p.id, p.manager_id from users p join above on p.id = above.manager_id
    ), joined as (
      update users u set manager_id = ${user.id}, revision = u.revision + 1 from directory_accounts a
      where a.user_id = u.id and u.id = any(${waiting}::int[]) and ${waitsFor(namesOf(attributes, accountId))}
        and u.id not in (select id from above)
      returning u.id
    )
    insert into audit_entries (actor, action, user_id, details)
    select ${actor}::text, 'user.manager_changed', id, jsonb_build_object('from', null, 'to', ${user.id}::int)
    from joined order by id`.execute(sqlOf(em));
}
