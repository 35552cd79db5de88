import { addDays, type CalendarDate, daysBetween, endOfLastDay, startOfDay, todayIn } from '../dates.ts';

/** What a reminder is about, as stored in `reminders.kind`. */
export const reminderKinds = ['before_last_day', 'last_day_over', 'overdue'] as const;
export type ReminderKind = (typeof reminderKinds)[number];

/** Why a stored reminder never fires, as text for the person's page. */
export const skipReasons = {
  too_late: 'It had passed already when the last day was set.',
  date_moved: 'The last day moved.',
  settings_changed: 'The workspace reminds on other days now.',
  already_sent: 'It was sent before the offboarding was opened again.',
  nothing_open: 'Nothing was open then.',
  cancelled: 'The offboarding was cancelled.',
  completed: 'The offboarding was completed.',
} as const;
export type SkipReason = keyof typeof skipReasons;

/** The workspace's settings for reminders. */
export interface ReminderSettings {
  /** How many days before the last day, each once. 0 is the morning of the last day itself. */
  daysBefore: readonly number[];
  /** The interval while overdue, in days. */
  overdueEveryDays: number;
}

/** The last day of a leaver, in their effective time zone. */
export interface LastDay {
  date: CalendarDate;
  zone: string;
}

/** One reminder time: some days before or after the last day. */
export interface DueMoment {
  kind: ReminderKind;
  days: number;
  dueAt: Date;
}

/** The reminder times of a last day: the mornings before it, and the midnight that ends it. */
export const momentsOf = ({ date, zone }: LastDay, { daysBefore }: ReminderSettings): DueMoment[] => [
  ...[...daysBefore]
    .sort((a, b) => b - a)
    .map((days) => ({
      kind: 'before_last_day' as const,
      days,
      dueAt: startOfDay(addDays(date, -days), zone),
    })),
  { kind: 'last_day_over', days: 0, dueAt: endOfLastDay(date, zone) },
];

/**
 * The next reminder while overdue: the first interval of local midnights after `now`. It is also after `daysSent`,
 * because a slow clock may still show the day before that reminder.
 */
export function nextOverdueMoment(
  { date, zone }: LastDay,
  { overdueEveryDays }: ReminderSettings,
  now: Date,
  daysSent = 0,
): DueMoment {
  const daysOver = daysBetween(date, todayIn(zone, now)) - 1;
  const turn = Math.floor(Math.max(0, daysOver, daysSent) / overdueEveryDays) + 1;
  return overdueMoment({ date, zone }, turn * overdueEveryDays);
}

const overdueMoment = ({ date, zone }: LastDay, days: number): DueMoment => ({
  kind: 'overdue',
  days,
  dueAt: endOfLastDay(addDays(date, days), zone),
});

/** A reminder time as stored. */
export interface StoredMoment {
  lastDay: CalendarDate;
  kind: ReminderKind;
  days: number;
  firedAt: Date | null;
  skippedAt: Date | null;
  skipReason: SkipReason | null;
}

/** A planned reminder time; with a skip reason it never fires. */
export interface PlannedMoment extends DueMoment {
  skipReason: SkipReason | null;
}

/**
 * The reminder times for a last day, given the stored ones and those sent in earlier offboardings. Leaves out fired
 * ones. A time earlier today fires at once, and an older one is skipped as too late. The end of the last day always
 * fires, because the IT admins must be notified. A waiting one stays even when past, because its worker may have been
 * down.
 */
export function planMoments(
  lastDay: LastDay,
  settings: ReminderSettings,
  { stored, sentBefore }: { stored: readonly StoredMoment[]; sentBefore: readonly StoredMoment[] },
  now: Date,
): PlannedMoment[] {
  const own = stored.filter((moment) => moment.lastDay === lastDay.date);
  const earlier = sentBefore.filter((moment) => moment.lastDay === lastDay.date);
  const wanted = momentsOf(lastDay, settings);
  if ([...own, ...earlier].some((moment) => moment.kind === 'last_day_over' && isSettled(moment))) {
    wanted.push(overdueOf(lastDay, settings, own, now));
  }
  return wanted
    .filter((moment) => !own.some((known) => isSame(known, moment) && isSettled(known)))
    .map((moment) => ({ ...moment, skipReason: reasonToSkip(moment) }));

  function reasonToSkip(moment: DueMoment): SkipReason | null {
    if (own.some((known) => isSame(known, moment) && isWaiting(known))) return null;
    if (earlier.some((sent) => isSame(sent, moment))) return 'already_sent';
    return comesTooLate(moment, lastDay, now) ? 'too_late' : null;
  }
}

/** The waiting overdue reminder if it still matches the settings, else the next one. */
function overdueOf(
  lastDay: LastDay,
  settings: ReminderSettings,
  own: readonly StoredMoment[],
  now: Date,
): DueMoment {
  const overdue = own.filter((moment) => moment.kind === 'overdue');
  const waiting = overdue.find(isWaiting);
  if (waiting !== undefined && waiting.days % settings.overdueEveryDays === 0) {
    return overdueMoment(lastDay, waiting.days);
  }
  const daysSent = Math.max(0, ...overdue.filter(isSettled).map(({ days }) => days));
  return nextOverdueMoment(lastDay, settings, now, daysSent);
}

interface State {
  firedAt?: Date | null;
  skippedAt?: Date | null;
  skipReason?: SkipReason | null;
}

/** Whether a reminder has neither fired nor been skipped. */
export const isWaiting = ({ firedAt, skippedAt }: State): boolean => firedAt == null && skippedAt == null;

/** Whether a reminder is done and must not be planned again. */
const isSettled = ({ firedAt, skippedAt, skipReason }: State): boolean =>
  firedAt != null || (skippedAt != null && skipReason === 'nothing_open');

const isSame = (a: Pick<DueMoment, 'kind' | 'days'>, b: Pick<DueMoment, 'kind' | 'days'>): boolean =>
  a.kind === b.kind && a.days === b.days;

const comesTooLate = ({ kind, days }: DueMoment, { date, zone }: LastDay, now: Date): boolean =>
  kind === 'before_last_day' && todayIn(zone, now) > addDays(date, -days);

/** What a due reminder says. */
export type ReminderOutcome = 'still_open' | 'ready' | 'nothing';

/**
 * Reminds everybody concerned while items are open. With none open after the last day, notifies the IT admins once
 * that the person is ready to be marked offboarded.
 */
export function outcomeAt(kind: ReminderKind, open: number, readyWasSent: boolean): ReminderOutcome {
  if (open > 0) return 'still_open';
  return kind === 'before_last_day' || readyWasSent ? 'nothing' : 'ready';
}
