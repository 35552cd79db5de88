import type pg from 'pg';
import type { Fixture } from './fixture.ts';
import { findings } from './schema-invariants.ts';

/** Entries that no later one undid. A recovery that closes a correction ends no assignment. */
const standing = `(
  select * from audit_entries e where not e.details ? 'correctionId' and not exists (
    select from audit_entries undo join (values
      ('asset.recovered', 'asset.recovery_undone', 'assignmentId'),
      ('asset.lost', 'asset.recovery_undone', 'assignmentId'),
      ('seat.revoked', 'seat.revocation_undone', 'seatId'),
      ('request.resolved', 'request.resolution_undone', 'requestId')
    ) pair (step, reversal, item) on pair.step = e.action and pair.reversal = undo.action
    where undo.user_id = e.user_id and undo.id > e.id and undo.details->pair.item = e.details->pair.item))`;

/** Finds changes in a table without exactly one audit entry. */
const unmatchedChanges = (table: string, rows: string, action: string, detail: string) => `
  select t.id from ${table} t where t.user_id = any($1) and ${rows} and 1 <> (
    select count(*) from ${standing} a where a.action = any('{${action}}') and a.user_id = t.user_id
      and (a.details->>'${detail}')::int = t.id)`;

/** Finds audit entries without their change. */
const unmatchedEntries = (table: string, rows: string, action: string, detail: string) => `
  select a.id from ${standing} a where a.user_id = any($1) and a.action = any('{${action}}') and not exists (
    select from ${table} t where t.id = (a.details->>'${detail}')::int and t.user_id = a.user_id and ${rows})`;

const changes: [what: string, table: string, rows: string, action: string, detail: string][] = [
  ['assignment', 'assignments', 'true', 'asset.assigned', 'assignmentId'],
  [
    'return',
    'assignments',
    't.returned_at is not null',
    'asset.recovered,asset.lost,asset.assignment_undone',
    'assignmentId',
  ],
  ['seat', 'seats', 'true', 'seat.assigned', 'seatId'],
  ['revoked seat', 'seats', 't.revoked_at is not null', 'seat.revoked', 'seatId'],
  ['request', 'requests', 'true', 'request.created', 'requestId'],
  ['approval', 'requests', 't.approved_at is not null', 'request.approved', 'requestId'],
  ['resolution', 'requests', 't.resolved_at is not null', 'request.resolved', 'requestId'],
  ['offboarding', 'offboardings', 'true', 'offboarding.opened', 'offboardingId'],
  ['cancellation', 'offboardings', `t.state = 'cancelled'`, 'offboarding.cancelled', 'offboardingId'],
  ['completion', 'offboardings', `t.state = 'completed'`, 'user.offboarded', 'offboardingId'],
];

const changeInvariants = Object.fromEntries(
  changes.flatMap(([what, ...change]) => [
    [`is a ${what} without exactly one audit entry`, unmatchedChanges(...change)],
    [`is an audit entry of a ${what} that is not there`, unmatchedEntries(...change)],
  ]),
);

/** What holds for people who are changed only through Lastday. Each query finds ids that break it. */
const invariants: Record<string, string> = {
  ...changeInvariants,
  'is an asset whose status does not say whether somebody holds it': `
    select a.id from assets a where (a.status = 'assigned') <>
      exists (select from assignments h where h.asset_id = a.id and h.returned_at is null)
      and exists (select from assignments h where h.asset_id = a.id and h.user_id = any($1))`,
  'has been offboarded without a completed offboarding, or has one without being offboarded': `
    select u.id from users u where u.id = any($1) and (u.offboarding_completed_at is not null) <>
      (1 = (select count(*) from offboardings o where o.user_id = u.id and o.state = 'completed'))`,
  'is an offboarding without exactly one event for each of its changes': `
    select o.id from offboardings o, lateral (values ('offboarding.started', true),
      ('offboarding.cancelled', o.state = 'cancelled'), ('user.offboarded', o.state = 'completed')) turn (type, taken)
    where o.user_id = any($1) and exists (select from webhook_endpoints p where turn.type = any(p.event_types))
      and turn.taken::int <> (
        select count(*) from webhook_events e where e.offboarding_id = o.id and e.type = turn.type)`,
  'is an event without exactly one delivery for each subscribed endpoint': `
    select e.id from webhook_events e join offboardings o on o.id = e.offboarding_id cross join webhook_endpoints p
    where o.user_id = any($1) and e.type = any(p.event_types) and 1 <> (
      select count(*) from webhook_deliveries d where d.event_id = e.id and d.endpoint_id = p.id)`,
  // The manager at that time is the present one, or the one that an audit entry says was cleared.
  'is a completed offboarding without exactly one notification, to the manager': `
    select o.id from offboardings o join users u on u.id = o.user_id
    join audit_entries a on a.action = 'user.offboarded' and a.user_id = u.id
    where u.id = any($1) and o.state = 'completed' and array_remove(array[coalesce((
        select (c.details->>'formerManagerId')::int from audit_entries c
        where c.action = 'user.manager_cleared' and c.user_id = u.id and c.id > a.id order by c.id limit 1), u.manager_id)], null)
      <> array(select n.user_id from notifications n where n.kind = 'offboarding_completed' and n.about_user_id = u.id)`,
  'is a completed offboarding without exactly one audit entry for each report': `
    select a.id from audit_entries a,
      lateral (select count(*) as entries, count(distinct c.user_id) as people from audit_entries c
        where c.action = 'user.manager_cleared' and c.details->>'offboardingId' = a.details->>'offboardingId') cleared
    where a.user_id = any($1) and a.action = 'user.offboarded'
      and ((a.details->>'reports')::int, (a.details->>'reports')::int) <> (cleared.entries, cleared.people)`,
  'has a revision that differs from the number of its changes in the audit trail': `
    select u.id from users u where u.id = any($1) and u.revision <>
      (select count(distinct xmin::text) from audit_entries where user_id = u.id and action not in ('user.created', 'offboarding.reminded'))`,
  'has an outbox row that was not sent': `
    select user_id as id from outbox where user_id = any($1) and sent_at is null`,
};

/** Returns the broken invariants of a company, in words. Call it after the relay has run. */
export const brokenAuditInvariants = (pool: pg.Pool, { people }: Fixture): Promise<string[]> =>
  findings(pool, invariants, [people]);
