import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import {
  type BulkCounts,
  type BulkItemInput,
  type BulkKind,
  type BulkOutcome,
  type BulkState,
  mostAtOnce,
} from '../../domain/bulk.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** What a person wants done to many items. */
export interface NewBulkAction {
  token: string;
  kind: BulkKind;
  /** The person whose items they are; null when they are of several people. */
  userId: number | null;
  actor: Actor;
  items: readonly BulkItemInput[];
}

/** Stores a bulk action once; the same token again returns the stored one. */
export async function createBulkAction(
  em: EntityManager,
  { token, kind, userId, actor, items }: NewBulkAction,
): Promise<{ id: number; isNew: boolean }> {
  const listed = JSON.stringify(
    items.map(({ itemId, recovery }, index) => ({ position: index + 1, itemId, recovery: recovery ?? null })),
  );
  const { rows } = await sql<{ id: number }>`
    with action as (
      insert into bulk_actions (token, kind, user_id, actor, state)
      values (${token}, ${kind}, ${userId}, ${actor}, ${items.length > mostAtOnce ? 'waiting' : 'console'}) on conflict (token) do nothing returning id
    ), listed as (
      insert into bulk_items (action_id, position, item_id, recovery)
      select action.id, i.position, i."itemId", nullif(i.recovery, 'null'::jsonb)
      from action, jsonb_to_recordset(${listed}::jsonb) i (position int, "itemId" int, recovery jsonb)
    )
    select id from action`.execute(sqlOf(em.fork()));
  if (rows[0] !== undefined) return { id: rows[0].id, isNew: true };
  const { rows: stored } = await sql<{ id: number }>`
    select id from bulk_actions where token = ${token}`.execute(sqlOf(em.fork()));
  return { id: stored[0]!.id, isNew: false };
}

/** A bulk action with what happened to each item so far. */
export interface BulkReport {
  id: number;
  kind: BulkKind;
  userId: number | null;
  state: BulkState;
  counts: BulkCounts & { waiting: number };
  /** Those that are not done come first, and at most 200 are shown. */
  items: BulkLine[];
}

/** A longer list would not be read. */
const mostShown = 200;

/** One item of a report; `outcome` is null while it waits. */
interface BulkLine {
  label: string;
  outcome: BulkOutcome | null;
  reason: string | null;
}

/** A bulk action by its id; null when there is none. */
export async function readBulkReport(em: EntityManager, id: number): Promise<BulkReport | null> {
  const { rows } = await sql<BulkReport>`
    select b.id, b.kind, b.user_id as "userId", b.state, (
      select jsonb_build_object('items', count(*), 'done', count(*) filter (where outcome = 'done'),
        'waiting', count(*) filter (where outcome is null))
      from bulk_items where action_id = b.id
    ) as counts, (
      select coalesce(jsonb_agg(jsonb_build_object(
        'label', coalesce(l.name, r.item, a.model || ', ' || a.tag, u.name),
        'outcome', i.outcome, 'reason', i.reason) order by i.later, i.position), '[]')
      from (
        select *, outcome is not distinct from 'done' as later from bulk_items
        where action_id = b.id order by later, position limit ${mostShown}
      ) i
      left join seats s on b.kind = 'revocation' and s.id = i.item_id
      left join licenses l on l.id = s.license_id
      left join requests r on b.kind = 'rejection' and r.id = i.item_id
      left join assets a on b.kind = 'recovery' and a.id = i.item_id
      left join users u on b.kind = 'reminder' and u.id = i.item_id
    ) as items
    from bulk_actions b where b.id = ${id}`.execute(sqlOf(em));
  return rows[0] ?? null;
}
