/** Why Lastday disabled an endpoint, with the console's words. */
export const disablingReasons = {
  gone: 'the endpoint responded with 410 Gone',
  failing: 'every attempt failed for 5 days',
} as const;
export type DisablingReason = keyof typeof disablingReasons;

const hour = 60 * 60_000;

/** How long all attempts may fail before an endpoint is disabled, in milliseconds: five days. */
const disableAfterMs = 5 * 24 * hour;

/** A gap without attempts that resets the failures, in milliseconds; longer than any delay between two attempts. */
const resetAfterMs = 48 * hour;

/** The first and last failure of an endpoint since its last success. */
export interface Failing {
  since: Date;
  last: Date;
}

/**
 * The failures of an endpoint after one more at `now`. Two days without an attempt start a new period, because an old
 * failure says nothing about today.
 */
export function failingAfter(before: Failing | null, now: Date): Failing {
  const goesOn = before !== null && now.getTime() - before.last.getTime() <= resetAfterMs;
  return { since: goesOn ? before.since : now, last: now };
}

/** Whether an endpoint has failed for long enough to be disabled. */
export const hasFailedTooLong = ({ since, last }: Failing): boolean =>
  last.getTime() - since.getTime() >= disableAfterMs;
