import { addDays, type CalendarDate, daysBetween, endOfLastDay, startOfDay, todayIn } from '../dates.ts';

/** What a reminder is about, as stored in `reminders.kind`. */
export const reminderKinds = ['before_last_day', 'last_day_over', 'overdue'] as const;
export type ReminderKind = (typeof reminderKinds)[number];

/** Why a stored moment never fires, in words for the person's page. */
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

/** When the workspace reminds. */
export interface ReminderSettings {
  /** How many days before the last day, each once. 0 is the morning of the last day itself. */
  daysBefore: readonly number[];
  /** How often while overdue. */
  overdueEveryDays: number;
}

/** The last day of a leaver, in the zone that counts for them. */
export interface LastDay {
  date: CalendarDate;
  zone: string;
}

/** One moment at which people are reminded: so many days before the last day, or after it. */
export interface DueMoment {
  kind: ReminderKind;
  days: number;
  dueAt: Date;
}

/** The moments that belong to a last day: the mornings before it, and the midnight that ends it. */
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
 * The next reminder while overdue: every so many local midnights after the last day, the first one after `now`, and
 * after the one of `daysTold`, which a clock that is behind may have told a little early.
 */
export function nextOverdueMoment(
  { date, zone }: LastDay,
  { overdueEveryDays }: ReminderSettings,
  now: Date,
  daysTold = 0,
): DueMoment {
  const daysOver = daysBetween(date, todayIn(zone, now)) - 1;
  const turn = Math.floor(Math.max(0, daysOver, daysTold) / overdueEveryDays) + 1;
  return overdueMoment({ date, zone }, turn * overdueEveryDays);
}

const overdueMoment = ({ date, zone }: LastDay, days: number): DueMoment => ({
  kind: 'overdue',
  days,
  dueAt: endOfLastDay(addDays(date, days), zone),
});

/** A moment as it is stored. */
export interface StoredMoment {
  lastDay: CalendarDate;
  kind: ReminderKind;
  days: number;
  firedAt: Date | null;
  skippedAt: Date | null;
  skipReason: SkipReason | null;
}

/** A moment that belongs to a last day; one with a reason never fires. */
export interface PlannedMoment extends DueMoment {
  skipReason: SkipReason | null;
}

/**
 * The moments that a last day asks for, given those that are stored of the same offboarding and those that were
 * sent in earlier ones. What has fired is left out. A moment whose day is still running fires at once, an earlier
 * one comes too late; the end of the last day always fires: somebody has to hear that it is over. A moment that
 * waits already stays, also when it is past: its worker may have been away.
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

/** The overdue moment that waits already, if it still fits the settings, else the next one. */
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
  const daysTold = Math.max(0, ...overdue.filter(isSettled).map(({ days }) => days));
  return nextOverdueMoment(lastDay, settings, now, daysTold);
}

interface State {
  firedAt?: Date | null;
  skippedAt?: Date | null;
  skipReason?: SkipReason | null;
}

/** Whether a moment is still to come. */
export const isWaiting = ({ firedAt, skippedAt }: State): boolean => firedAt == null && skippedAt == null;

/** Whether a moment has had its turn. */
const isSettled = ({ firedAt, skippedAt, skipReason }: State): boolean =>
  firedAt != null || (skippedAt != null && skipReason === 'nothing_open');

const isSame = (a: Pick<DueMoment, 'kind' | 'days'>, b: Pick<DueMoment, 'kind' | 'days'>): boolean =>
  a.kind === b.kind && a.days === b.days;

const comesTooLate = ({ kind, days }: DueMoment, { date, zone }: LastDay, now: Date): boolean =>
  kind === 'before_last_day' && todayIn(zone, now) > addDays(date, -days);

/** What there is to say when a moment has come. */
export type ReminderOutcome = 'still_open' | 'ready' | 'nothing';

/**
 * While something is open, everybody concerned is reminded. Once nothing is, nobody has anything to bring back: the
 * IT admins hear once that somebody is ready to be marked offboarded, when the last day is over.
 */
export function outcomeAt(kind: ReminderKind, open: number, readyWasTold: boolean): ReminderOutcome {
  if (open > 0) return 'still_open';
  return kind === 'before_last_day' || readyWasTold ? 'nothing' : 'ready';
}
