import { sql } from 'kysely';
import type { ChangedFact } from '../../domain/offboarding/snapshot.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** A signal to send to Temporal: which facts about which offboarding changed. */
export interface OutboxRow {
  id: number;
  offboardingId: number;
  facts: ChangedFact[];
}

/** Locks and returns the oldest due rows that no other relay has locked, until the transaction of `em` ends. */
export async function takeOutboxRows(em: EntityManager, limit: number): Promise<OutboxRow[]> {
  const { rows } = await sql<OutboxRow>`
    select id, offboarding_id as "offboardingId", facts from outbox
    where sent_at is null and next_try_at <= now() and offboarding_id is not null
    order by next_try_at, id limit ${limit} for update skip locked`.execute(sqlOf(em));
  return rows;
}

/**
 * Those of these offboardings with an unsent row that another relay has locked. `ownRowIds` are the caller's rows. Also
 * locks all unlocked rows until the transaction of `em` ends, because a lock shows only by skipping it.
 */
export async function lockedElsewhere(
  em: EntityManager,
  offboardingIds: readonly number[],
  ownRowIds: readonly number[],
): Promise<Set<number>> {
  if (offboardingIds.length === 0) return new Set();
  const others = sql`from outbox where sent_at is null and offboarding_id = any(${offboardingIds}::int[])
    and id <> all(${ownRowIds}::int[])`;
  const { rows } = await sql<{ offboardingId: number }>`
    with free as (select id ${others} for update skip locked)
    select distinct offboarding_id as "offboardingId" ${others} and id not in (select id from free)`.execute(
    sqlOf(em),
  );
  return new Set(rows.map(({ offboardingId }) => offboardingId));
}

/** Makes rows due again in a second, although Temporal has accepted them. */
export async function postpone(em: EntityManager, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`update outbox set next_try_at = clock_timestamp() + interval '1 second' where id = any(${ids}::int[])
    `.execute(sqlOf(em));
}

/** Marks rows of people without an offboarding as sent, because no workflow needs them. Returns their number. */
export async function markUnaddressed(em: EntityManager, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    update outbox set sent_at = now() where id in (
      select id from outbox where sent_at is null and offboarding_id is null limit ${limit} for update skip locked
    )`.execute(sqlOf(em));
  return Number(numAffectedRows ?? 0);
}

/** Marks rows that Temporal has accepted. */
export async function markSent(em: EntityManager, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`update outbox set sent_at = now(), attempts = attempts + 1 where id = any(${ids}::int[])`.execute(
    sqlOf(em),
  );
}

/** Backs off rows that Temporal has rejected: one second, doubled on each attempt, at most five minutes. */
export async function backOff(em: EntityManager, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    update outbox set attempts = attempts + 1,
      next_try_at = now() + least(interval '1 second' * power(2, least(attempts, 20)), interval '5 minutes')
    where id = any(${ids}::int[])`.execute(sqlOf(em));
}

/**
 * Signals each of these offboardings again, although nothing changed. Makes a waiting row due now, or inserts a row
 * when there is none.
 */
export async function signalAgain(
  em: EntityManager,
  offboardingIds: readonly number[],
  facts: readonly ChangedFact[],
): Promise<void> {
  await sql`
    with waiting as (
      select id from outbox where offboarding_id = any(${offboardingIds}::int[]) and sent_at is null
      for update skip locked
    ), rescheduled as (
      update outbox o set next_try_at = now(),
        facts = (select array_agg(distinct fact) from unnest(o.facts || ${facts}::text[]) fact)
      from waiting where o.id = waiting.id returning o.offboarding_id
    )
    insert into outbox (user_id, offboarding_id, facts)
    select user_id, id, ${facts}::text[] from offboardings
    where id = any(${offboardingIds}::int[]) and id not in (select offboarding_id from rescheduled) order by id`.execute(
    sqlOf(em),
  );
}
