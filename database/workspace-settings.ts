import { LockMode } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { Actor } from '../domain/actor.ts';
import type { CalendarDate } from '../domain/dates.ts';
import { record } from './change.ts';
import { Workspace } from './entities/index.ts';
import type { EntityManager } from './orm.ts';
import { type WantedMoment, wantedMoments } from './reminders.ts';
import { sqlOf } from './tables.ts';

/** What can be set for the whole company. */
export interface WorkspaceFields {
  name: string;
  /** An IANA name. */
  timeZone: string;
}

/**
 * Changes the company's name and zone. Another zone moves the end of the last day of every leaver who has none
 * of their own: their reminders follow in the same transaction, and the engine will hear of it.
 */
export const updateWorkspace = (
  em: EntityManager,
  actor: Actor,
  fields: WorkspaceFields,
  now = new Date(),
): Promise<void> =>
  em.fork().transactional(async (transaction) => {
    const workspace = await transaction.findOneOrFail(
      Workspace,
      { id: 1 },
      { lockMode: LockMode.PESSIMISTIC_WRITE },
    );
    const { name, timeZone } = workspace;
    if (name === fields.name && timeZone === fields.timeZone) return;
    transaction.assign(workspace, fields);
    record(transaction, actor, 'workspace.updated', null, { ...fields });
    await transaction.flush();
    if (timeZone !== fields.timeZone) await followZone(transaction, fields.timeZone, now);
  });

/** Set-based: ten thousand leavers take as many statements as one. */
async function followZone(em: EntityManager, zone: string, now: Date) {
  const db = sqlOf(em);
  const leavers = await lockLeaversWithoutZone(em);
  const offboardings = leavers.map((leaver) => leaver.offboardingId);
  const moments = leavers.flatMap(({ offboardingId, endDate, stored }) =>
    wantedMoments(stored.map(withMoments), { date: endDate, zone }, now).map((moment) => ({
      ...moment,
      offboardingId,
    })),
  );
  await sql`
    update reminders set skipped_at = ${now}
    where offboarding_id = any(${offboardings}::int[]) and fired_at is null and skipped_at is null`.execute(
    db,
  );
  await storeMoments(em, moments);
  await sql`
    with leaver as (
      update users set revision = revision + 1
      where id = any(${leavers.map((leaver) => leaver.userId)}::int[]) returning id
    )
    insert into outbox (user_id, offboarding_id, facts)
    select leaver.id, o.id, array['lastDay']
    from leaver join offboardings o on o.user_id = leaver.id and o.state = 'open' order by leaver.id`.execute(
    db,
  );
}

interface LeaverWithoutZone {
  userId: number;
  offboardingId: number;
  endDate: CalendarDate;
  /** Moments as JSON writes them. */
  stored: { kind: WantedMoment['kind']; dueAt: string; firedAt: string | null }[];
}

async function lockLeaversWithoutZone(em: EntityManager): Promise<LeaverWithoutZone[]> {
  const { rows } = await sql<LeaverWithoutZone>`
    select u.id as "userId", o.id as "offboardingId", u.end_date as "endDate",
      (select coalesce(jsonb_agg(jsonb_build_object('kind', r.kind, 'dueAt', r.due_at, 'firedAt', r.fired_at)), '[]')
        from reminders r where r.offboarding_id = o.id) as stored
    from users u join offboardings o on o.user_id = u.id and o.state = 'open'
    where u.time_zone is null and u.end_date is not null
    order by u.id for update of u`.execute(sqlOf(em));
  return rows;
}

const withMoments = ({ kind, dueAt, firedAt }: LeaverWithoutZone['stored'][number]) => ({
  kind,
  dueAt: new Date(dueAt),
  firedAt: firedAt === null ? null : new Date(firedAt),
});

/** Adds moments; one that is known and has not fired is due again, or comes too late. */
const storeMoments = (em: EntityManager, moments: (WantedMoment & { offboardingId: number })[]) =>
  sql`
    insert into reminders (offboarding_id, kind, due_at, skipped_at)
    select * from unnest(
      ${moments.map((moment) => moment.offboardingId)}::int[],
      ${moments.map((moment) => moment.kind)}::text[],
      ${moments.map((moment) => moment.dueAt)}::timestamptz[],
      ${moments.map((moment) => moment.skippedAt)}::timestamptz[])
    on conflict (offboarding_id, kind, due_at) do update set skipped_at = excluded.skipped_at
      where reminders.fired_at is null`.execute(sqlOf(em));
