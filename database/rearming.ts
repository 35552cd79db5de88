import { sql } from 'kysely';
import type { CalendarDate } from '../domain/dates.ts';
import {
  type LastDay,
  type PlannedMoment,
  planMoments,
  type ReminderSettings,
  type SkipReason,
  type StoredMoment,
} from '../domain/reminders.ts';
import type { EntityManager } from './orm.ts';
import { sqlOf } from './tables.ts';

/** What the workspace says about last days and their reminders. */
export interface ArmingSettings extends ReminderSettings {
  /** For whoever has no zone of their own. */
  timeZone: string;
}

/**
 * Reads the settings and holds them until the transaction ends: whoever changes them waits for the moments that
 * are being planned by the old ones, and then plans them anew. Users are locked before, never after.
 */
export async function settingsForArming(em: EntityManager): Promise<ArmingSettings> {
  const { rows } = await sql<ArmingSettings>`
    select time_zone as "timeZone", remind_days_before as "daysBefore", remind_overdue_every as "overdueEveryDays"
    from workspace where id = 1 for share`.execute(sqlOf(em));
  return rows[0]!;
}

/** An open offboarding whose moments are to fit its last day. */
export interface Leaving {
  userId: number;
  offboardingId: number;
  lastDay: LastDay;
}

/**
 * Makes the stored moments of open offboardings fit their last days and the settings: what waits and is not asked
 * for any more is skipped, what is asked for is added or waits again. Nothing fires twice for the same last day.
 * Ten thousand leavers take as many statements as one; their rows must be locked.
 */
export async function rearm(
  em: EntityManager,
  leavers: readonly Leaving[],
  settings: ReminderSettings,
  now: Date,
): Promise<void> {
  const known = await momentsOfPeople(em, leavers);
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
  await skipWhatWaits(em, leavers, now);
  await store(em, planned, now);
}

/** Nothing more is due for an offboarding, for this reason. */
export async function skipReminders(
  em: EntityManager,
  offboardingId: number,
  reason: SkipReason,
  now: Date,
): Promise<void> {
  await sql`
    update reminders set skipped_at = ${now}, skip_reason = ${reason}
    where offboarding_id = ${offboardingId} and fired_at is null and skipped_at is null`.execute(sqlOf(em));
}

/** Adds a moment, or takes it up again when it has not fired. */
export const arm = (
  em: EntityManager,
  { offboardingId, lastDay }: { offboardingId: number; lastDay: CalendarDate },
  moment: Omit<PlannedMoment, 'skipReason'>,
  now: Date,
): Promise<void> => store(em, [{ ...moment, skipReason: null, offboardingId, lastDay }], now);

type KnownMoment = StoredMoment & { offboardingId: number };

/** Every moment of these people, of earlier offboardings too. */
async function momentsOfPeople(
  em: EntityManager,
  leavers: readonly Leaving[],
): Promise<Map<number, KnownMoment[]>> {
  const people = leavers.map(({ userId }) => userId);
  const { rows } = await sql<KnownMoment & { userId: number }>`
    select o.user_id as "userId", r.offboarding_id as "offboardingId", r.last_day as "lastDay", r.kind, r.days,
      r.fired_at as "firedAt", r.skipped_at as "skippedAt", r.skip_reason as "skipReason"
    from offboardings o join reminders r on r.offboarding_id = o.id
    where o.user_id = any(${people}::int[])`.execute(sqlOf(em));
  return Map.groupBy(rows, (row) => row.userId);
}

/** What is still asked for waits again a statement later. */
async function skipWhatWaits(em: EntityManager, leavers: readonly Leaving[], now: Date) {
  await sql`
    update reminders r set skipped_at = ${now},
      skip_reason = case when r.last_day = l.last_day then 'settings_changed' else 'date_moved' end
    from unnest(
      ${leavers.map(({ offboardingId }) => offboardingId)}::int[],
      ${leavers.map(({ lastDay }) => lastDay.date)}::date[]) l (offboarding_id, last_day)
    where r.offboarding_id = l.offboarding_id and r.fired_at is null and r.skipped_at is null`.execute(
    sqlOf(em),
  );
}

type NewMoment = PlannedMoment & { offboardingId: number; lastDay: CalendarDate };

async function store(em: EntityManager, moments: readonly NewMoment[], now: Date) {
  await sql`
    insert into reminders (offboarding_id, last_day, kind, days, due_at, skip_reason, skipped_at)
    select m.*, case when m.skip_reason is not null then ${now}::timestamptz end
    from unnest(
      ${moments.map(({ offboardingId }) => offboardingId)}::int[],
      ${moments.map(({ lastDay }) => lastDay)}::date[],
      ${moments.map(({ kind }) => kind)}::text[],
      ${moments.map(({ days }) => days)}::int[],
      ${moments.map(({ dueAt }) => dueAt)}::timestamptz[],
      ${moments.map(({ skipReason }) => skipReason)}::text[]) m (offboarding_id, last_day, kind, days, due_at, skip_reason)
    on conflict (offboarding_id, last_day, kind, days) do update set
      due_at = excluded.due_at, skip_reason = excluded.skip_reason, skipped_at = excluded.skipped_at
    where reminders.fired_at is null`.execute(sqlOf(em));
}
