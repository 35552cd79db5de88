import { type RawBuilder, sql } from 'kysely';
import type { CalendarDate } from '../../domain/dates.ts';
import {
  type LastDay,
  type PlannedMoment,
  planMoments,
  type ReminderSettings,
  type SkipReason,
  type StoredMoment,
} from '../../domain/offboarding/reminders.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** What the workspace says about last days and their reminders. */
export interface ScheduleSettings extends ReminderSettings {
  /** For whoever has no zone of their own. */
  timeZone: string;
}

/**
 * Reads the settings and holds them until the transaction ends: whoever changes them waits for the moments that
 * are being planned by the old ones, and then plans them anew. Users are locked before, never after.
 */
export async function readScheduleSettings(em: EntityManager): Promise<ScheduleSettings> {
  const { rows } = await sql<ScheduleSettings>`
    select ${settings} from workspace w where id = 1 for share`.execute(sqlOf(em));
  return rows[0]!;
}

const settings = sql`
  w.time_zone as "timeZone", w.remind_days_before as "daysBefore", w.remind_overdue_every as "overdueEveryDays"`;

/** An open offboarding whose moments are to fit its last day. */
export interface Leaving {
  userId: number;
  offboardingId: number;
  lastDay: LastDay;
}

/**
 * Common table expressions that make the stored moments of open offboardings fit their last days and the settings:
 * what waits and is not asked for any more is skipped, what is asked for is added or waits again. Nothing fires twice
 * for the same last day. Ten thousand leavers take as many statements as one; their rows must be locked.
 */
export function reminderReschedule(
  leavers: readonly Leaving[],
  { settings, moments }: ReminderSchedule,
  now: Date,
): RawBuilder<unknown> {
  const known = Map.groupBy(moments, ({ userId }) => userId);
  const planned = leavers.flatMap(({ userId, offboardingId, lastDay }) => {
    const own = known.get(userId) ?? [];
    const stored = own.filter((moment) => moment.offboardingId === offboardingId);
    const sentBefore = own.filter(
      (moment) => moment.offboardingId !== offboardingId && moment.firedAt !== null,
    );
    return planMoments(lastDay, settings, { stored, sentBefore }, now).map((moment) => ({
      ...moment,
      offboardingId,
      lastDay: lastDay.date,
    }));
  });
  return sql`planned as (${rowsOf(planned)}), skipped as (${skippingAllBut(leavers, now)}), armed as (${arming(now)})`;
}

/** Makes the stored moments of the change's open offboarding fit a last day, in the zone of the workspace or `zone`. */
export async function rescheduleReminders(
  { em, user, alsoWrite }: Change,
  offboardingId: number,
  { date, zone }: { date: CalendarDate; zone: string | null },
  now: Date,
): Promise<void> {
  const arming = await reminderScheduleOf(em, [user.id]);
  const lastDay = { date, zone: zone ?? arming.settings.timeZone };
  alsoWrite({ reminders: reminderReschedule([{ userId: user.id, offboardingId, lastDay }], arming, now) });
}

/** Nothing more is due for an offboarding, for this reason. */
export function skipReminders(
  { alsoWrite }: Change,
  offboardingId: number,
  reason: SkipReason,
  now: Date,
): void {
  const skipping = sql`
    skipped as (
      update reminders set skipped_at = ${now}, skip_reason = ${reason}
      where offboarding_id = ${offboardingId} and fired_at is null and skipped_at is null
    )`;
  alsoWrite({ reminders: skipping });
}

/** Adds a moment, or takes it up again when it has not fired. */
export async function scheduleReminders(
  em: EntityManager,
  { offboardingId, lastDay }: { offboardingId: number; lastDay: CalendarDate },
  moment: Omit<PlannedMoment, 'skipReason'>,
  now: Date,
): Promise<void> {
  const planned = rowsOf([{ ...moment, skipReason: null, offboardingId, lastDay }]);
  await sql`with planned as (${planned}) ${arming(now)}`.execute(sqlOf(em));
}

/** What is planned by. */
export interface ReminderSchedule {
  settings: ScheduleSettings;
  moments: readonly KnownMoment[];
}

type KnownMoment = StoredMoment & { userId: number; offboardingId: number };

/** Reads the settings and holds them like `settingsForArming`, with every moment of these people, of earlier offboardings too. */
export async function reminderScheduleOf(
  em: EntityManager,
  userIds: readonly number[],
): Promise<ReminderSchedule> {
  const { rows } = await sql<ScheduleSettings & (KnownMoment | { offboardingId: null })>`
    select ${settings}, o.user_id as "userId", r.offboarding_id as "offboardingId", r.last_day as "lastDay", r.kind,
      r.days, r.fired_at as "firedAt", r.skipped_at as "skippedAt", r.skip_reason as "skipReason"
    from workspace w
    left join (offboardings o join reminders r on r.offboarding_id = o.id) on o.user_id = any(${userIds}::int[])
    where w.id = 1 for share of w`.execute(sqlOf(em));
  return { settings: rows[0]!, moments: rows.filter((row) => row.offboardingId !== null) };
}

/** Whatever waits and is not planned. Not by a join: PostgreSQL could begin it with everybody's reminders. */
function skippingAllBut(leavers: readonly Leaving[], now: Date): RawBuilder<unknown> {
  const ids = sql`${leavers.map(({ offboardingId }) => offboardingId)}::int[]`;
  const lastDays = sql`${leavers.map(({ lastDay }) => lastDay.date)}::date[]`;
  return sql`
    update reminders set skipped_at = ${now}, skip_reason = case
      when (offboarding_id, last_day) in (select * from unnest(${ids}, ${lastDays})) then 'settings_changed'
      else 'date_moved' end
    where offboarding_id = any(${ids}) and fired_at is null and skipped_at is null
      and (offboarding_id, last_day, kind, days) not in (select offboarding_id, last_day, kind, days from planned)`;
}

type NewMoment = PlannedMoment & { offboardingId: number; lastDay: CalendarDate };

const rowsOf = (moments: readonly NewMoment[]) => sql`
  select * from unnest(
    ${moments.map(({ offboardingId }) => offboardingId)}::int[],
    ${moments.map(({ lastDay }) => lastDay)}::date[],
    ${moments.map(({ kind }) => kind)}::text[],
    ${moments.map(({ days }) => days)}::int[],
    ${moments.map(({ dueAt }) => dueAt)}::timestamptz[],
    ${moments.map(({ skipReason }) => skipReason)}::text[]) m (offboarding_id, last_day, kind, days, due_at, skip_reason)`;

/** Adds what is planned, or has it wait again where it has not fired. */
const arming = (now: Date) => sql`
  insert into reminders (offboarding_id, last_day, kind, days, due_at, skip_reason, skipped_at)
  select p.*, case when p.skip_reason is not null then ${now}::timestamptz end from planned p
  on conflict (offboarding_id, last_day, kind, days) do update set
    due_at = excluded.due_at, skip_reason = excluded.skip_reason, skipped_at = excluded.skipped_at
  where reminders.fired_at is null`;
