import { sql } from 'kysely';
import { NotFound } from '../../domain/failures.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { type MailAbout, mailsAbout } from './mails-about.ts';
import {
  devices,
  type RecordedDevice,
  type RecordedRequest,
  type RecordedSeat,
  requests,
  seats,
} from './recorded/items.ts';
import { notifications, type RecordedNotification } from './recorded/notifications.ts';
import { type Step, step } from './recorded/steps.ts';

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
  mails: MailAbout[];
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
      ${mailsAbout(sql`done.id`, sql`owner`)} as mails
    from done`.execute(sqlOf(em));
  if (rows[0] === undefined) throw new NotFound('person');
  return rows[0];
}

/** People without an end date are cleared before their offboarding is opened for its completion. */
const clearedBefore = sql`interval '30 days'`;
