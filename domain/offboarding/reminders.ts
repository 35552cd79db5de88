import { addDays, type CalendarDate, daysBetween, endOfLastDay, startOfDay, todayIn } from '../dates.ts';

/** What a reminder is about, as stored in `reminders.kind`. */
export const reminderKinds = ['before_last_day', 'last_day_over', 'overdue'] as const;
export type ReminderKind = (typeof reminderKinds)[number];

/** Why a stored reminder never fires, as text for the person's page. */
export const skipReasons = {
  too_late: 'Already past when the last day was set.',
  date_moved: 'The last day moved.',
  settings_changed: 'The workspace changed its reminder days.',
  already_sent: 'Sent before the offboarding was reopened.',
  nothing_open: 'Nothing was open.',
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
export interface DueReminder {
  kind: ReminderKind;
  days: number;
  dueAt: Date;
}

/** The reminder times of a last day: the mornings before it, and the midnight that ends it. */
export const remindersFor = ({ date, zone }: LastDay, { daysBefore }: ReminderSettings): DueReminder[] => [
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
export function nextOverdueReminder(
  { date, zone }: LastDay,
  { overdueEveryDays }: ReminderSettings,
  now: Date,
  daysSent = 0,
): DueReminder {
  const daysOver = daysBetween(date, todayIn(zone, now)) - 1;
  const turn = Math.floor(Math.max(0, daysOver, daysSent) / overdueEveryDays) + 1;
  return overdueReminder({ date, zone }, turn * overdueEveryDays);
}

const overdueReminder = ({ date, zone }: LastDay, days: number): DueReminder => ({
  kind: 'overdue',
  days,
  dueAt: endOfLastDay(addDays(date, days), zone),
});

/** A reminder time as stored. */
export interface StoredReminder {
  lastDay: CalendarDate;
  kind: ReminderKind;
  days: number;
  firedAt: Date | null;
  skippedAt: Date | null;
  skipReason: SkipReason | null;
}

/** A planned reminder time; with a skip reason it never fires. */
export interface PlannedReminder extends DueReminder {
  skipReason: SkipReason | null;
}

/**
 * The reminder times for a last day, given the stored ones and those sent in earlier offboardings. Leaves out fired
 * ones. A time earlier today fires at once, and an older one is skipped as too late. The end of the last day always
 * fires, because the IT admins must be notified. A waiting one stays even when past, because its worker may have been
 * down.
 */
export function planReminders(
  lastDay: LastDay,
  settings: ReminderSettings,
  { stored, sentBefore }: { stored: readonly StoredReminder[]; sentBefore: readonly StoredReminder[] },
  now: Date,
): PlannedReminder[] {
  const own = stored.filter((reminder) => reminder.lastDay === lastDay.date);
  const earlier = sentBefore.filter((reminder) => reminder.lastDay === lastDay.date);
  const wanted = remindersFor(lastDay, settings);
  if ([...own, ...earlier].some((reminder) => reminder.kind === 'last_day_over' && isSettled(reminder))) {
    wanted.push(overdueOf(lastDay, settings, own, now));
  }
  return wanted
    .filter((reminder) => !own.some((known) => isSame(known, reminder) && isSettled(known)))
    .map((reminder) => ({ ...reminder, skipReason: reasonToSkip(reminder) }));

  function reasonToSkip(reminder: DueReminder): SkipReason | null {
    if (own.some((known) => isSame(known, reminder) && isWaiting(known))) return null;
    if (earlier.some((sent) => isSame(sent, reminder))) return 'already_sent';
    return comesTooLate(reminder, lastDay, now) ? 'too_late' : null;
  }
}

/** The waiting overdue reminder if it still matches the settings, else the next one. */
function overdueOf(
  lastDay: LastDay,
  settings: ReminderSettings,
  own: readonly StoredReminder[],
  now: Date,
): DueReminder {
  const overdue = own.filter((reminder) => reminder.kind === 'overdue');
  const waiting = overdue.find(isWaiting);
  if (waiting !== undefined && waiting.days % settings.overdueEveryDays === 0) {
    return overdueReminder(lastDay, waiting.days);
  }
  const daysSent = Math.max(0, ...overdue.filter(isSettled).map(({ days }) => days));
  return nextOverdueReminder(lastDay, settings, now, daysSent);
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

const isSame = (a: Pick<DueReminder, 'kind' | 'days'>, b: Pick<DueReminder, 'kind' | 'days'>): boolean =>
  a.kind === b.kind && a.days === b.days;

const comesTooLate = ({ kind, days }: DueReminder, { date, zone }: LastDay, now: Date): boolean =>
  kind === 'before_last_day' && todayIn(zone, now) > addDays(date, -days);

/** What a due reminder says. */
export type ReminderOutcome = 'still_open' | 'ready' | 'nothing';

/**
 * Reminds everyone concerned while items are open. With none open after the last day, notifies the IT admins once
 * that the person is ready to be marked offboarded.
 */
export function outcomeAt(kind: ReminderKind, open: number, readyWasSent: boolean): ReminderOutcome {
  if (open > 0) return 'still_open';
  return kind === 'before_last_day' || readyWasSent ? 'nothing' : 'ready';
}
