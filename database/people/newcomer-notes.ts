import { sql } from 'kysely';
import {
  type FormerOwner,
  hadAddress,
  hasThisName,
  type Namesake,
} from '../../domain/wording/identity-notes.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** SQL: who had the address of person `u` before and has left; null when no one had. `w` is the workspace. */
export const formerOwner = sql<FormerOwner | null>`(
  select jsonb_build_object('name', n.name, 'leftOn', (n.offboarding_completed_at at time zone w.time_zone)::date)
  from users n
  where folded(n.email) = folded(u.email) and n.offboarding_completed_at is not null and n.id <> u.id
  order by n.offboarding_completed_at desc limit 1
)`;

/**
 * Notes for the user who added a person, in sentences: an active person has the same name, or someone who has left had the
 * same address. By one statement.
 */
export async function newcomerNotes(em: EntityManager, userId: number): Promise<string[]> {
  const { rows } = await sql<{ namesake: Namesake | null; formerOwner: FormerOwner | null }>`
    select (
      select jsonb_build_object('name', n.name, 'reference', coalesce(n.email, n.external_id)) from users n
      where folded(n.name) = folded(u.name) and n.status = 'active' and n.id <> u.id order by n.id limit 1
    ) as namesake, ${formerOwner} as "formerOwner"
    from users u cross join workspace w where u.id = ${userId}`.execute(sqlOf(em));
  const { namesake = null, formerOwner: former = null } = rows[0] ?? {};
  return [
    ...(namesake === null ? [] : [hasThisName(namesake)]),
    ...(former === null ? [] : [hadAddress(former)]),
  ];
}
