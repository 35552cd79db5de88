import { DateTime } from 'luxon';

/** The longest time that a digest waits for quiet, in milliseconds. */
const longestWait = 10 * 60_000;

/** Whether notifications may be sent: none came for `quietMs`, or the oldest has waited long enough. */
export const digestIsDue = (
  { oldest, newest }: { oldest: Date; newest: Date },
  quietMs: number,
  now: Date,
): boolean =>
  now.getTime() - newest.getTime() >= quietMs ||
  now.getTime() - oldest.getTime() >= Math.max(longestWait, quietMs);

/** The hour of the day in a zone, 0 to 23. */
export const hourIn = (zone: string, now: Date): number => DateTime.fromJSDate(now, { zone }).hour;
