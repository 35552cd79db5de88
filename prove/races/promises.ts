import type pg from 'pg';
import type { Company } from './company.ts';
import { findings } from './laws.ts';

/** A change in a table and the audit entry that must stand for it, one for each. */
const counted = (table: string, rows: string, action: string, detail: string) => `
  select t.id from ${table} t where t.user_id = any($1) and ${rows} and 1 <> (
    select count(*) from audit_entries a where a.action = any('{${action}}') and a.user_id = t.user_id
      and (a.details->>'${detail}')::int = t.id)`;

/** The other way round: an entry whose change is not there. */
const uncounted = (table: string, rows: string, action: string, detail: string) => `
  select a.id from audit_entries a where a.user_id = any($1) and a.action = any('{${action}}') and not exists (
    select from ${table} t where t.id = (a.details->>'${detail}')::int and t.user_id = a.user_id and ${rows})`;

const changes: [what: string, table: string, rows: string, action: string, detail: string][] = [
  ['assignment', 'assignments', 'true', 'asset.assigned', 'assignmentId'],
  ['return', 'assignments', 't.returned_at is not null', 'asset.recovered,asset.lost', 'assignmentId'],
  ['seat', 'seats', 'true', 'seat.assigned', 'seatId'],
  ['revoked seat', 'seats', 't.revoked_at is not null', 'seat.revoked', 'seatId'],
  ['request', 'requests', 'true', 'request.created', 'requestId'],
  ['approval', 'requests', 't.approved_at is not null', 'request.approved', 'requestId'],
  ['resolution', 'requests', 't.resolved_at is not null', 'request.resolved', 'requestId'],
  ['offboarding', 'offboardings', 'true', 'offboarding.opened', 'offboardingId'],
  ['cancellation', 'offboardings', `t.state = 'cancelled'`, 'offboarding.cancelled', 'offboardingId'],
  ['completion', 'offboardings', `t.state = 'completed'`, 'user.offboarded', 'offboardingId'],
];

const countedChanges = Object.fromEntries(
  changes.flatMap(([what, ...change]) => [
    [`is a ${what} without exactly one audit entry`, counted(...change)],
    [`is an audit entry of a ${what} that is not there`, uncounted(...change)],
  ]),
);

/** What Lastday promises of people whom nobody changes behind its back. */
const promises: Record<string, string> = {
  ...countedChanges,
  'is an asset whose status does not say whether somebody holds it': `
    select a.id from assets a where (a.status = 'assigned') <>
      exists (select from assignments h where h.asset_id = a.id and h.returned_at is null)
      and exists (select from assignments h where h.asset_id = a.id and h.user_id = any($1))`,
  'has been offboarded without a completed offboarding, or the other way round': `
    select u.id from users u where u.id = any($1) and (u.offboarding_completed_at is not null) <>
      (1 = (select count(*) from offboardings o where o.user_id = u.id and o.state = 'completed'))`,
  'is a completed offboarding without exactly one event': `
    select o.id from offboardings o where o.user_id = any($1) and o.state = 'completed' and 1 <> (
      select count(*) from webhook_events e where e.offboarding_id = o.id and e.type = 'user.offboarded')`,
  'is an event of a completion that did not happen': `
    select o.id from webhook_events e join offboardings o on o.id = e.offboarding_id
    where o.user_id = any($1) and e.type = 'user.offboarded' and o.state <> 'completed'`,
  'is a completed offboarding without exactly one delivery for each endpoint': `
    select o.id from offboardings o cross join webhook_endpoints p
    where o.user_id = any($1) and o.state = 'completed' and 'user.offboarded' = any(p.event_types) and 1 <> (
      select count(*) from webhook_deliveries d join webhook_events e on e.id = d.event_id
      where e.offboarding_id = o.id and e.type = 'user.offboarded' and d.endpoint_id = p.id)`,
  // Somebody who had a manager then still has one, or lost them when that manager left too.
  'is a completed offboarding whose manager was not told exactly once': `
    select o.id from offboardings o join users u on u.id = o.user_id
    join audit_entries a on a.action = 'user.offboarded' and a.user_id = u.id
    where u.id = any($1) and o.state = 'completed' and (u.manager_id is not null or exists (
      select from audit_entries c where c.action = 'user.manager_cleared' and c.user_id = u.id and c.id > a.id))::int <> (
      select count(*) from notifications n where n.kind = 'offboarding_completed' and n.about_user_id = u.id)`,
  'is a completed offboarding without exactly one audit entry for each report': `
    select a.id from audit_entries a where a.user_id = any($1) and a.action = 'user.offboarded'
      and (a.details->>'reports')::int <> (
        select count(distinct c.user_id) from audit_entries c
        where c.action = 'user.manager_cleared' and c.details->>'offboardingId' = a.details->>'offboardingId')`,
  'has another revision than the changes in the audit trail add up to': `
    select u.id from users u where u.id = any($1) and u.revision <>
      (select count(distinct xmin::text) from audit_entries where user_id = u.id and action <> 'user.created')`,
  'has an outbox row that was not sent': `
    select user_id as id from outbox where user_id = any($1) and sent_at is null`,
};

/** Which promises are broken for a company, in words. To be asked after the relay has run. */
export const brokenPromises = (pool: pg.Pool, { people }: Company): Promise<string[]> =>
  findings(pool, promises, [people]);
