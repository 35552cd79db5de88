import { type RawBuilder, sql } from 'kysely';
import type { CalendarDate } from '../../domain/dates.ts';
import {
  type LastDay,
  type PlannedReminder,
  planReminders,
  type ReminderSettings,
  type SkipReason,
  type StoredReminder,
} from '../../domain/offboarding/reminders.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** The workspace's settings for last days and reminders. */
export interface ScheduleSettings extends ReminderSettings {
  /** The time zone of users without their own. */
  timeZone: string;
}

/**
 * Reads the settings and locks them until the transaction ends. A change of the settings waits for this transaction, and
 * then reschedules its reminders. Lock users before this call, never after it.
 */
export async function readScheduleSettings(em: EntityManager): Promise<ScheduleSettings> {
  const { rows } = await sql<ScheduleSettings>`
    select ${settings} from workspace w where id = 1 for share`.execute(sqlOf(em));
  return rows[0]!;
}

const settings = sql`
  w.time_zone as "timeZone", w.remind_days_before as "daysBefore", w.remind_overdue_every as "overdueEveryDays"`;

/** An open offboarding and the last day that its reminders are scheduled by. */
export interface Leaving {
  userId: number;
  offboardingId: number;
  lastDay: LastDay;
}

/**
 * Common table expressions that reschedule the reminders of open offboardings by their last days and the settings. They
 * skip waiting reminders that are no longer planned, and add or re-enable planned ones. No reminder fires twice for the
 * same last day. 10,000 leavers take as many statements as one. The caller must have locked the users' rows.
 */
export function reminderReschedule(
  leavers: readonly Leaving[],
  { settings, reminders }: ReminderSchedule,
  now: Date,
): RawBuilder<unknown> {
  const known = Map.groupBy(reminders, ({ userId }) => userId);
  const planned = leavers.flatMap(({ userId, offboardingId, lastDay }) => {
    const own = known.get(userId) ?? [];
    const stored = own.filter((reminder) => reminder.offboardingId === offboardingId);
    const sentBefore = own.filter(
      (reminder) => reminder.offboardingId !== offboardingId && reminder.firedAt !== null,
    );
    return planReminders(lastDay, settings, { stored, sentBefore }, now).map((reminder) => ({
      ...reminder,
      offboardingId,
      lastDay: lastDay.date,
    }));
  });
  return sql`planned as (${rowsOf(planned)}), skipped as (${skipUnplanned(leavers, now)}), scheduled as (${upsertPlanned(now)})`;
}

/** Reschedules the reminders of the change's open offboarding by a last day. A null `zone` means the workspace's. */
export async function rescheduleReminders(
  { em, user, alsoWrite }: Change,
  offboardingId: number,
  { date, zone }: { date: CalendarDate; zone: string | null },
  now: Date,
): Promise<void> {
  const schedule = await reminderScheduleOf(em, [user.id]);
  const lastDay = { date, zone: zone ?? schedule.settings.timeZone };
  alsoWrite({ reminders: reminderReschedule([{ userId: user.id, offboardingId, lastDay }], schedule, now) });
}

/** Skips all waiting reminders of an offboarding for this reason. */
export function skipReminders(
  { alsoWrite }: Change,
  offboardingId: number,
  reason: SkipReason,
  now: Date,
): void {
  const updates = sql`
    skipped as (
      update reminders set skipped_at = ${now}, skip_reason = ${reason}
      where offboarding_id = ${offboardingId} and fired_at is null and skipped_at is null
    )`;
  alsoWrite({ reminders: updates });
}

/** Adds a reminder, or re-enables it if it has not fired. */
export async function scheduleReminders(
  em: EntityManager,
  { offboardingId, lastDay }: { offboardingId: number; lastDay: CalendarDate },
  reminder: Omit<PlannedReminder, 'skipReason'>,
  now: Date,
): Promise<void> {
  const planned = rowsOf([{ ...reminder, skipReason: null, offboardingId, lastDay }]);
  await sql`with planned as (${planned}) ${upsertPlanned(now)}`.execute(sqlOf(em));
}

/** The settings, and the stored reminders of the leavers. */
export interface ReminderSchedule {
  settings: ScheduleSettings;
  reminders: readonly KnownReminder[];
}

type KnownReminder = StoredReminder & { userId: number; offboardingId: number };

/** Reads and locks the settings like `readScheduleSettings`, with all reminders of these users' offboardings. */
export async function reminderScheduleOf(
  em: EntityManager,
  userIds: readonly number[],
): Promise<ReminderSchedule> {
  const { rows } = await sql<ScheduleSettings & (KnownReminder | { offboardingId: null })>`
    select ${settings}, o.user_id as "userId", r.offboarding_id as "offboardingId", r.last_day as "lastDay", r.kind,
      r.days, r.fired_at as "firedAt", r.skipped_at as "skippedAt", r.skip_reason as "skipReason"
    from workspace w
    left join (offboardings o join reminders r on r.offboarding_id = o.id) on o.user_id = any(${userIds}::int[])
    where w.id = 1 for share of w`.execute(sqlOf(em));
  return { settings: rows[0]!, reminders: rows.filter((row) => row.offboardingId !== null) };
}

/** Skips waiting reminders that are not planned. Uses no join, because a join could start with all reminders. */
function skipUnplanned(leavers: readonly Leaving[], now: Date): RawBuilder<unknown> {
  const ids = sql`${leavers.map(({ offboardingId }) => offboardingId)}::int[]`;
  const lastDays = sql`${leavers.map(({ lastDay }) => lastDay.date)}::date[]`;
  return sql`
    update reminders set skipped_at = ${now}, skip_reason = case
      when (offboarding_id, last_day) in (select * from unnest(${ids}, ${lastDays})) then 'settings_changed'
      else 'date_moved' end
    where offboarding_id = any(${ids}) and fired_at is null and skipped_at is null
      and (offboarding_id, last_day, kind, days) not in (select offboarding_id, last_day, kind, days from planned)`;
}

type NewReminder = PlannedReminder & { offboardingId: number; lastDay: CalendarDate };

const rowsOf = (reminders: readonly NewReminder[]) => sql`
  select * from unnest(
    ${reminders.map(({ offboardingId }) => offboardingId)}::int[],
    ${reminders.map(({ lastDay }) => lastDay)}::date[],
    ${reminders.map(({ kind }) => kind)}::text[],
    ${reminders.map(({ days }) => days)}::int[],
    ${reminders.map(({ dueAt }) => dueAt)}::timestamptz[],
    ${reminders.map(({ skipReason }) => skipReason)}::text[]) m (offboarding_id, last_day, kind, days, due_at, skip_reason)`;

/** Adds the planned reminders, or re-enables those that have not fired. */
const upsertPlanned = (now: Date) => sql`
  insert into reminders (offboarding_id, last_day, kind, days, due_at, skip_reason, skipped_at)
  select p.*, case when p.skip_reason is not null then ${now}::timestamptz end from planned p
  on conflict (offboarding_id, last_day, kind, days) do update set
    due_at = excluded.due_at, skip_reason = excluded.skip_reason, skipped_at = excluded.skipped_at
  where reminders.fired_at is null`;
