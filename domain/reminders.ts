import { addDays, type CalendarDate, endOfLastDay, startOfDay } from './dates.ts';

/** What a reminder is about, as stored in `reminders.kind`. */
export const reminderKinds = ['week_before', 'day_before', 'last_day_over', 'overdue'] as const;
export type ReminderKind = (typeof reminderKinds)[number];

/** One moment at which people are reminded. */
export interface DueMoment {
  kind: ReminderKind;
  dueAt: Date;
}

const overdueEveryDays = 3;

/** The moments that belong to a last day: 7 and 1 days before it begins, and when it is over, all in the leaver's zone. */
export const momentsOf = (lastDay: CalendarDate, zone: string): DueMoment[] => [
  { kind: 'week_before', dueAt: startOfDay(addDays(lastDay, -7), zone) },
  { kind: 'day_before', dueAt: startOfDay(addDays(lastDay, -1), zone) },
  { kind: 'last_day_over', dueAt: endOfLastDay(lastDay, zone) },
];

/** The next reminder while overdue: every third local midnight after the last day, the first one after `now`. */
export function nextOverdueMoment(lastDay: CalendarDate, zone: string, now: Date): DueMoment {
  for (let days = overdueEveryDays; ; days += overdueEveryDays) {
    const dueAt = endOfLastDay(addDays(lastDay, days), zone);
    if (dueAt > now) return { kind: 'overdue', dueAt };
  }
}
