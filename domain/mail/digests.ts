import { DateTime } from 'luxon';

/** However much keeps coming, a digest does not wait longer than this, in milliseconds. */
const longestWait = 10 * 60_000;

/** Whether what has come may be sent: nothing more came for a while, or it has been coming for long. */
export const digestIsDue = (
  { oldest, newest }: { oldest: Date; newest: Date },
  quietMs: number,
  now: Date,
): boolean =>
  now.getTime() - newest.getTime() >= quietMs ||
  now.getTime() - oldest.getTime() >= Math.max(longestWait, quietMs);

/** The hour of the day in a zone, 0 to 23. */
export const hourIn = (zone: string, now: Date): number => DateTime.fromJSDate(now, { zone }).hour;
