import { type RawBuilder, sql } from 'kysely';
import type { ReturnCondition, StatusAfterRecovery } from '../../domain/assets.ts';
import { NotFound } from '../../domain/failures.ts';
import type { MailKind, MailOutcome, MailState } from '../../domain/mail/mails.ts';
import type { RequestOutcome } from '../../domain/offboarding/checklist.ts';
import type { ReminderKind } from '../../domain/offboarding/reminders.ts';
import type { NotificationKind } from '../../domain/wording/notifications.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** Who did something, and when. Without an audit entry, as after a change by raw SQL, the actor is null. */
interface Step {
  at: string;
  by: string | null;
  byName: string | null;
}

/** How a device came back. */
interface RecordedReturn {
  condition: ReturnCondition | null;
  /** The device's status after it; null without an audit entry. */
  nextStatus: StatusAfterRecovery | null;
  note: string | null;
}

/** The recovery was undone after the completion. `back` says how the device came back at last; null while it is out. */
interface RecordedCorrection extends Step {
  back: (Step & RecordedReturn) | null;
}

/** A device that came back. */
interface RecordedDevice extends Step, RecordedReturn {
  id: number;
  assetId: number;
  tag: string;
  serial: string | null;
  model: string;
  corrections: RecordedCorrection[];
}

/** A seat that was revoked. */
interface RecordedSeat extends Step {
  id: number;
  licenseId: number;
  license: string;
  vendor: string | null;
}

/** A request that was closed. */
interface RecordedRequest extends Step {
  id: number;
  item: string;
  status: RequestOutcome;
  note: string | null;
}

/** The kinds of notification that tell of an offboarding's progress. */
const recordedKinds = [
  'offboarding_reminder',
  'offboarding_ready',
  'offboarding_stuck',
  'offboarding_completed',
  'tokens_ended',
  'webhook_failed',
] as const satisfies NotificationKind[];
type RecordedKind = (typeof recordedKinds)[number];

/** What several people were notified of at the same time. */
export interface RecordedNotification {
  kind: RecordedKind;
  /** Which reminder it was; null for other kinds. */
  reminder: ReminderKind | null;
  days: number | null;
  at: string;
  receivers: { id: number; name: string }[];
}

/** A mail about the person. */
export interface RecordedMail {
  id: number;
  receiverId: number;
  receiver: string;
  kind: MailKind;
  state: MailState;
  outcome: MailOutcome | null;
  nextTryAt: string;
  closedAt: string | null;
}

/** What a completed offboarding leaves behind. */
export interface OffboardingRecord {
  opened: Step | null;
  /** How many people lost their manager; null without an audit entry. */
  reports: number | null;
  /** By when they came back. */
  devices: RecordedDevice[];
  seats: RecordedSeat[];
  requests: RecordedRequest[];
  /** Oldest first. */
  notifications: RecordedNotification[];
  mails: RecordedMail[];
}

/**
 * Reads the record of a person's completed offboarding by one statement, with what was closed on records that were
 * merged into theirs. Throws NotFound.
 */
export async function readRecord(em: EntityManager, userId: number): Promise<OffboardingRecord> {
  const { rows } = await sql<OffboardingRecord>`
    with done as (
      select u.id as user_id, o.id, o.opened_at, o.opened_by, case
        when o.opened_for_completion_at is null and o.id is not null then o.opened_at
        else coalesce(o.opened_at, u.offboarding_completed_at) - ${clearedBefore} end as since
      from users u
      left join lateral (select * from offboardings where user_id = u.id order by id desc limit 1) o on true
      where u.id = ${userId}
    ), owner as materialized (
      select user_id as id, since from done
      union all
      select g.id, least(d.since, (select max(opened_at) from offboardings where user_id = g.id))
      from done d join users g on g.merged_into = d.user_id
    ), entry as materialized (
      select e.* from owner w join audit_entries e on e.user_id = w.id and e.at >= w.since
      where e.action in ('asset.recovered', 'asset.lost', 'seat.revoked', 'request.resolved', 'user.offboarded')
    )
    select case when done.id is not null then ${step(sql`done.opened_at`, sql`done.opened_by`)} end as opened,
      (select (details->>'reports')::int from entry where action = 'user.offboarded' order by id desc limit 1) as reports,
      ${devices} as devices, ${seats} as seats, ${requests} as requests, ${notifications} as notifications,
      ${mails} as mails
    from done`.execute(sqlOf(em));
  if (rows[0] === undefined) throw new NotFound('person');
  return rows[0];
}

/** People without an end date are cleared before their offboarding is opened for its completion. */
const clearedBefore = sql`interval '30 days'`;

/** The name of the user who is an actor. CASE checks the pattern before the cast, which fails for other actors. */
const nameOf = (actor: RawBuilder<unknown>) => sql`(
  select name from users where id = case when ${actor} ~ '^user:[0-9]+$' then substring(${actor} from 6)::int end)`;

const step = (at: RawBuilder<unknown>, by: RawBuilder<unknown>) =>
  sql`jsonb_build_object('at', ${at}, 'by', ${by}, 'byName', ${nameOf(by)})`;

/** The last audit entry that closed an item, as `e`. `key` is the name of the item's id in the details. */
const closing = (key: string, id: RawBuilder<unknown>, more = sql`true`) => sql`
  left join lateral (
    select * from entry where details->>${sql.lit(key)} = ${id}::text and ${more} order by id desc limit 1) e on true`;

/** An array of JSON objects, empty instead of null. */
const listOf = (item: RawBuilder<unknown>, order: RawBuilder<unknown>) =>
  sql`coalesce(jsonb_agg(${item} order by ${order}), '[]')`;

const corrections = sql`(
  select ${listOf(
    sql`${step(sql`c.created_at`, sql`c.created_by`)} || jsonb_build_object('back', case when c.closed_at is not null then
      ${step(sql`c.closed_at`, sql`e.actor`)} || jsonb_build_object('condition', c.condition, 'note', c.note,
        'nextStatus', e.details->'nextStatus') end)`,
    sql`c.id`,
  )}
  from recovery_corrections c ${closing('correctionId', sql`c.id`)}
  where c.assignment_id = x.id)`;

const devices = sql`(
  select ${listOf(
    sql`${step(sql`x.returned_at`, sql`e.actor`)} || jsonb_build_object('id', x.id, 'assetId', a.id, 'tag', a.tag,
      'serial', a.serial, 'model', a.model, 'condition', x.condition, 'note', x.note,
      'nextStatus', e.details->'nextStatus', 'corrections', ${corrections})`,
    sql`x.returned_at, x.id`,
  )}
  from owner w join assignments x on x.user_id = w.id and x.live is null join assets a on a.id = x.asset_id
  ${closing('assignmentId', sql`x.id`, sql`not details ? 'correctionId'`)}
  where x.returned_at >= w.since or exists (select from recovery_corrections where assignment_id = x.id))`;

const seats = sql`(
  select ${listOf(
    sql`${step(sql`x.revoked_at`, sql`e.actor`)} || jsonb_build_object('id', x.id, 'licenseId', l.id,
      'license', l.name, 'vendor', l.vendor)`,
    sql`x.revoked_at, x.id`,
  )}
  from owner w join seats x on x.user_id = w.id and x.live is null join licenses l on l.id = x.license_id
  ${closing('seatId', sql`x.id`)} where x.revoked_at >= w.since)`;

const requests = sql`(
  select ${listOf(
    sql`${step(sql`x.resolved_at`, sql`e.actor`)} || jsonb_build_object('id', x.id, 'item', x.item,
      'status', x.status, 'note', x.note)`,
    sql`x.resolved_at, x.id`,
  )}
  from owner w join requests x on x.user_id = w.id and x.live is null
  ${closing('requestId', sql`x.id`)} where x.resolved_at >= w.since)`;

/** Notifications of one transaction have the same time. */
const notifications = sql`(
  select ${listOf(sql`to_jsonb(told)`, sql`told.at, told.kind`)} from (
    select n.kind, n.created_at as at, n.details->'reminder' as reminder, n.details->'days' as days,
      ${listOf(sql`jsonb_build_object('id', r.id, 'name', r.name)`, sql`lower(r.name), r.id`)} as receivers
    from owner w join notifications n on n.about_user_id = w.id and n.created_at >= w.since
    join users r on r.id = n.user_id
    where n.kind = any(${recordedKinds}::text[])
    group by n.kind, n.created_at, n.details->'reminder', n.details->'days'
  ) told)`;

const mails = sql`(
  select ${listOf(
    sql`jsonb_build_object('id', m.id, 'receiverId', r.id, 'receiver', r.name, 'kind', m.kind, 'state', m.state,
      'outcome', m.outcome, 'nextTryAt', m.next_try_at, 'closedAt', m.closed_at)`,
    sql`m.id`,
  )}
  from (
    select id from mails where offboarding_id = done.id
    union select n.mail_id from owner w join notifications n on n.about_user_id = w.id and n.created_at >= w.since
      where n.mail_id is not null
  ) about join mails m on m.id = about.id join users r on r.id = m.user_id)`;
