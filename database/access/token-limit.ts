import { sql } from 'kysely';
import {
  type Removal,
  type RemovalKind,
  RemovalRefusal,
  refusedCallsKeptDays,
} from '../../domain/access/removals.ts';
import type { EntityManager } from '../core/orm.ts';
import { offsetOf, type Page, pageOf, pageSize } from '../core/pagination.ts';
import { sqlOf } from '../core/tables.ts';
import { userHasAccess } from './has-access.ts';

/**
 * Counts what a call takes away, in the transaction of `em`, in one statement. Throws RemovalRefusal when the token
 * would take one kind away from more people within an hour than the limit permits. The number and the percentage of all
 * people both have to be exceeded, so that the nightly sync of a small company passes.
 *
 * Calls at the same time do not see each other, because a lock would make all calls of a token wait. They may exceed the
 * limit by as many people as there are calls at once.
 */
export async function countRemovals(em: EntityManager, removal: Removal): Promise<void> {
  const { tokenId, subjectId, kinds } = removal;
  const { rows } = await sql<{ kind: RemovalKind }>`
    with token as (
      select t.id, w.token_limit_count as most, w.token_limit_percent as percent
      from api_tokens t cross join workspace w
      where t.id = ${tokenId} and w.token_limit = 'on' and coalesce(t.unlimited_until <= now(), true)
    ), counted as (
      insert into token_removals (token_id, kind, subject_id)
      select token.id, kind, ${subjectId}::int from token, unnest(${kinds}::text[]) kind
      on conflict (token_id, kind, subject_id) do update set at = excluded.at
    )
    select kind from token cross join unnest(${kinds}::text[]) kind cross join lateral (
      select count(*) + 1 as number from token_removals r
      where r.token_id = token.id and r.kind = kind.kind and r.subject_id <> ${subjectId} and r.at > now() - ${window}
    ) taken
    where case when taken.number <= token.most then false
      else taken.number * 100 > token.percent * case kind
        when 'serial' then (select count(*) from assets)
        else (select count(*) from users where status <> 'offboarded') end
      end`.execute(sqlOf(em));
  if (rows.length > 0)
    throw new RemovalRefusal(
      removal,
      rows.map(({ kind }) => kind),
    );
}

const window = sql`interval '1 hour'`;

/**
 * Lists a refused call for the super-admins, in its own transaction. A repeated one is counted. Notifies them at most once
 * an hour for each token. Only the call that notifies locks the row of the token.
 */
export async function listRefusedCall(
  em: EntityManager,
  { tokenId, subjectId, kinds }: Removal,
): Promise<void> {
  await sql`
    with listed as (
      insert into refused_removals as listed (token_id, kind, subject_id)
      select ${tokenId}::int, kind, ${subjectId}::int from unnest(${kinds}::text[]) kind
      on conflict (token_id, kind, subject_id) do update set at = now(), calls = listed.calls + 1
    ), notified as (
      update api_tokens set limit_notified_at = now()
      where id = ${tokenId} and coalesce(limit_notified_at <= now() - ${window}, true) returning id, name
    )
    insert into notifications (user_id, kind, details)
    select u.id, 'token_limited', jsonb_build_object('tokenId', n.id, 'token', n.name)
    from notified n cross join users u where u.role = 'super-admin' and ${userHasAccess('u')}
    order by u.id`.execute(sqlOf(em.fork()));
}

/** A call that was refused: from whom or what it would have taken which value. */
export interface RefusedCall {
  kind: RemovalKind;
  /** The id of the person, or of the asset for a serial number. */
  id: number;
  /** The name of the person or the tag of the asset. */
  subject: string;
  at: Date;
  calls: number;
}

/** The refused calls of a token, the latest first. */
export async function refusedCalls(
  em: EntityManager,
  tokenId: number,
  page: number,
): Promise<Page<RefusedCall>> {
  const { rows } = await sql<RefusedCall & { total: number }>`
    select total, page.* from (select count(*) as total from refused_removals where token_id = ${tokenId}) counted
    left join (
      select r.kind, r.subject_id as id, coalesce(a.tag, u.name, '—') as subject, r.at, r.calls
      from refused_removals r
      left join assets a on r.kind = 'serial' and a.id = r.subject_id
      left join users u on r.kind <> 'serial' and u.id = r.subject_id
      where r.token_id = ${tokenId}
      order by r.at desc, r.subject_id, r.kind limit ${pageSize} offset ${offsetOf(page)}
    ) page on true`.execute(sqlOf(em.fork()));
  return pageOf(rows, page);
}

/** Deletes what no longer counts, and refused calls that are no longer listed. */
export async function deleteOldRemovals(em: EntityManager): Promise<void> {
  const db = sqlOf(em);
  await sql`delete from token_removals where at < now() - ${window}`.execute(db);
  await sql`
    delete from refused_removals where at < now() - make_interval(days => ${refusedCallsKeptDays})`.execute(
    db,
  );
}
