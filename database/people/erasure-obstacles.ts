import { type RawBuilder, sql } from 'kysely';
import type { ErasureObstacle } from '../../domain/erasure.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { PersonToErase } from './erase-copies.ts';

/**
 * What keeps a person from being erased; null when nothing does. The person's row is locked. Locks the events of their
 * offboardings first, because no replay can begin until the transaction ends.
 */
export async function obstacleToErasure(
  em: EntityManager,
  person: PersonToErase,
): Promise<ErasureObstacle | null> {
  await sql`
    select from webhook_events where offboarding_id in (select id from offboardings where user_id = ${person.id})
    order by id for update`.execute(sqlOf(em));
  const { rows } = await sql<{ obstacle: ErasureObstacle }>`
    select obstacle from (values ${sql.join(obstaclesOf(person))}) found (obstacle, holds)
    where holds limit 1`.execute(sqlOf(em));
  return rows[0]?.obstacle ?? null;
}

/** Rows of an obstacle and whether it exists, in the order in which they are named. */
const obstaclesOf = (person: PersonToErase): RawBuilder<unknown>[] =>
  Object.entries(conditions).map(([obstacle, condition]) => sql`(${obstacle}::text, ${condition(person)})`);

const conditions: Record<ErasureObstacle, (person: PersonToErase) => RawBuilder<unknown>> = {
  'still-open': ({ id }) => sql`
    exists (select from assignments where user_id = ${id} and live)
    or exists (select from seats where user_id = ${id} and live)
    or exists (select from requests where user_id = ${id} and live)
    or exists (select from offboardings where user_id = ${id} and state = 'open')`,
  'step-failed': ({ id }) => sql`
    exists (select from offboardings where user_id = ${id} and failed_step is not null)`,
  'delivery-pending': ({ id, identifying }) => sql`
    exists (
      select from webhook_deliveries d join webhook_events e on e.id = d.event_id
      where d.state = 'pending' and e.data is distinct from erased_json(e.data, ${id}, ${identifying}))`,
  'mail-pending': ({ id }) => sql`
    exists (
      select from mails m where m.state = 'pending' and (
        m.user_id = ${id}
        or m.offboarding_id in (select id from offboardings where user_id = ${id})
        or exists (select from notifications n where n.mail_id = m.id and n.about_user_id = ${id})))`,
  'import-open': ({ id, identifying }) => sql`
    exists (
      select from import_rows r join imports i on i.id = r.import_id
      where i.ended_at is null and (
        i.kind = 'users' and (r.subject_id = ${id} or folded(r.key) = (select folded(external_id) from users where id = ${id}))
        or is_named(array_to_string(r.cells, ' '), ${identifying})))`,
};
