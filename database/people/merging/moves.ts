import { sql } from 'kysely';
import type { Actor } from '../../../domain/actor.ts';
import type { OtherManager } from '../../../domain/merging.ts';
import { moveProviderAccounts } from '../../access/provider-accounts.ts';
import type { EntityManager } from '../../core/orm.ts';
import { sqlOf } from '../../core/tables.ts';
import type { User } from '../../entities/index.ts';

/** How many open items and direct reports a merge moved, and how many doubled seats it freed. */
export interface Moved {
  hardware: number;
  seats: number;
  seatsFreed: number;
  requests: number;
  reports: number;
}

interface Move {
  goneId: number;
  keptId: number;
  /** The report who gets another manager than the record that stays. */
  other: OtherManager | null;
}

/**
 * Moves the open items, the notes and the direct reports of one record to another, by one statement. A seat of a license that the
 * other record has too becomes free. Both rows and the reports are locked.
 */
export async function moveItems(
  em: EntityManager,
  actor: Actor,
  { goneId, keptId, other }: Move,
): Promise<Moved> {
  const { rows } = await sql<Moved>`
    with hardware as (
      update assignments set user_id = ${keptId} where user_id = ${goneId} and live returning id
    ), requests as (
      update requests set user_id = ${keptId} where user_id = ${goneId} and live returning id
    ), doubled as (
      select s.id from seats s join seats k on k.license_id = s.license_id and k.user_id = ${keptId} and k.live
      where s.user_id = ${goneId} and s.live
    ), seats as (
      update seats set user_id = case when id in (select id from doubled) then user_id else ${keptId} end,
        revoked_at = case when id in (select id from doubled) then now() end
      where user_id = ${goneId} and live returning id, license_id, revoked_at is not null as is_freed
    ), reports as (
      update users set revision = revision + 1, manager_id = case
        when id = ${other?.reportId ?? null}::int then ${other?.managerId ?? null}::int else ${keptId} end
      where manager_id = ${goneId} returning id, new.manager_id as manager_id
    ), notes as (
      update leaver_notes set user_id = ${keptId} where user_id = ${goneId}
    ), entries as (
      insert into audit_entries (actor, action, user_id, details)
      select ${actor}::text, action, user_id, details from (
        select 1 as place, f.id, 'seat.revoked' as action, ${goneId}::int as user_id,
          jsonb_build_object('seatId', f.id, 'licenseId', l.id, 'license', l.name) as details
        from seats f join licenses l on l.id = f.license_id where f.is_freed
        union all
        select 2, id, 'user.manager_changed', id, jsonb_build_object('from', ${goneId}::int, 'to', manager_id)
        from reports
      ) entry order by place, id
    )
    select (select count(*) from hardware) as hardware, (select count(*) from requests) as requests,
      (select count(*) from seats where not is_freed) as seats,
      (select count(*) from seats where is_freed) as "seatsFreed",
      (select count(*) from reports) as reports`.execute(sqlOf(em));
  return rows[0]!;
}

/**
 * Makes the outside ids, the address and the provider's accounts of one record lead to another, also those of records that were merged into it.
 * Empties the row, as the check on merged records demands.
 */
export async function moveIdentities(em: EntityManager, gone: User, keptId: number): Promise<void> {
  const db = sqlOf(em);
  await sql`update identities set user_id = ${keptId} where user_id = ${gone.id}`.execute(db);
  await moveProviderAccounts(em, gone.id, keptId);
  await sql`
    insert into identities (source, external_id, user_id)
    select 'email', email, ${keptId}::int from users where id = ${gone.id} and email is not null
    on conflict (source, folded(external_id)) where not external_id_is_duplicate
    do update set user_id = excluded.user_id`.execute(db);
  await sql`
    update users set merged_into = ${keptId}, status = 'suspended', role = 'employee', password_hash = null,
      email = null, external_id = null, manager_id = null, end_date = null
    where id = ${gone.id}`.execute(db);
  await sql`update users set merged_into = ${keptId} where merged_into = ${gone.id}`.execute(db);
}
