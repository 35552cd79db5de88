import { sql } from 'kysely';
import type { ReminderKind } from '../../../domain/offboarding/reminders.ts';
import type { NotificationKind } from '../../../domain/wording/notifications.ts';
import { listOf } from './steps.ts';

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

/** The notifications about the records `owner`, as JSON. Those of one transaction have the same time. */
export const notifications = sql`(
  select ${listOf(sql`to_jsonb(told)`, sql`told.at, told.kind`)} from (
    select n.kind, n.created_at as at, n.details->'reminder' as reminder, n.details->'days' as days,
      ${listOf(sql`jsonb_build_object('id', r.id, 'name', r.name)`, sql`lower(r.name), r.id`)} as receivers
    from owner w join notifications n on n.about_user_id = w.id and n.created_at >= w.since
    join users r on r.id = n.user_id
    where n.kind = any(${recordedKinds}::text[])
    group by n.kind, n.created_at, n.details->'reminder', n.details->'days'
  ) told)`;
