import type { BulkKind } from '../../domain/bulk.ts';
import type { Machine } from '../machine/machine.ts';
import { brokenAuditInvariants } from '../races/audit-invariants.ts';
import { brokenInvariants, findings } from '../races/schema-invariants.ts';
import { staleWorkflowsAfterWait } from '../races/workflows.ts';
import type { Orders } from './bulk-orders.ts';

/** The audit action of each kind, and the detail with the item's id. A reminder is about the item itself. */
const entryOf: Record<BulkKind, [action: string, item: string]> = {
  revocation: ['seat.revoked', `(a.details->>'seatId')::int`],
  rejection: ['request.resolved', `(a.details->>'requestId')::int`],
  recovery: ['asset.recovered', `(a.details->>'assetId')::int`],
  reminder: ['offboarding.reminded', 'a.user_id'],
};

const kinds = Object.entries(entryOf);

/** The audit entries of the ordered items, and their results, each with the kind and the id of its item. */
const both = `
  entries as (${kinds
    .map(
      ([kind, [action, item]]) => `
    select '${kind}'::text as kind, ${item} as id from audit_entries a
    where a.action = '${action}' and a.actor = any($1)`,
    )
    .join(' union all ')}),
  results as (
    select b.kind, i.item_id as id, i.outcome, i.reason, b.state from bulk_items i join bulk_actions b on b.id = i.action_id
    where b.actor = any($1))`;

const ordered = `
  ordered as (select * from jsonb_to_recordset($2::jsonb) x (kind text, id int))`;

const reading = (query: string) => `with ${both}, ${ordered} ${query}`;

/** What must hold when only one admin has worked on these items. Each query finds ids that break it. */
const problemQueries = {
  'is an item that was not done exactly once': reading(`
    select o.id from ordered o where 1 <> (select count(*) from entries e where e.kind = o.kind and e.id = o.id)`),
  'is an item without exactly one result that says that it was done': reading(`
    select o.kind || ' ' || o.id || array(select concat_ws(': ', outcome, reason) from results r where (r.kind, r.id) = (o.kind, o.id))::text as id
    from ordered o where 1 <> (
      select count(*) from results r where r.kind = o.kind and r.id = o.id and r.outcome = 'done')`),
  'is an item with a result that says that someone else did it': reading(
    `select r.id from results r where r.outcome = 'unchanged'`,
  ),
  'is an item that was done without an order': reading(`
    select e.id from entries e where not exists (select from ordered o where o.kind = e.kind and o.id = e.id)`),
  'is an item of a bulk action that did not end': reading(
    `select r.id from results r where r.outcome is null or r.state <> 'done'`,
  ),
  'is a notification that was sent twice': reading(`
    select min(n.id) as id from notifications n, ordered o
    where n.kind = 'offboarding_reminder' and n.about_user_id = o.id and o.kind = 'reminder' and n.details->>'reminder' = 'overdue'
    group by n.about_user_id, n.user_id having count(*) > 1`),
};

/** Returns every problem with the bulk actions of these admins, in words. */
export async function problemsWithOrders(machine: Machine, all: readonly Orders[]): Promise<string[]> {
  const { pool, client } = machine;
  const actors = all.map(({ cast }) => `user:${cast.ivo.id}`);
  const ordered = all.flatMap(({ items }) =>
    Object.entries(items).flatMap(([kind, ids]) => ids.map((id) => ({ kind, id }))),
  );
  const people = all.map(({ cast }) => cast.lena.id);
  const company = { people, assets: [], licenses: [], baseline: 0 };
  return [
    ...(await findings(pool, problemQueries, [actors, JSON.stringify(ordered)])),
    ...(await brokenInvariants(pool)),
    ...(await brokenAuditInvariants(pool, company)),
    ...(await staleWorkflowsAfterWait(client, pool, company)),
  ];
}
