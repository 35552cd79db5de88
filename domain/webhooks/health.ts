/** Why an endpoint was disabled by itself, in words. */
export const disablingReasons = {
  gone: 'it said that it is gone (410)',
  failing: 'nothing could be delivered to it for five days',
} as const;
export type DisablingReason = keyof typeof disablingReasons;

const hour = 60 * 60_000;

/** How long every try may fail before an endpoint is disabled, in milliseconds: five days. */
const patience = 5 * 24 * hour;

/** So long without any try, in milliseconds, an endpoint may have been mended: more than the longest wait between two. */
const silence = 48 * hour;

/** The failures of an endpoint since its last success; null when the last try succeeded. */
export interface Failing {
  since: Date;
  last: Date;
}

/**
 * The failures of an endpoint after one more. The clock starts again after two days without a try: a failure long
 * ago says nothing about today.
 */
export function failingAfter(before: Failing | null, now: Date): Failing {
  const goesOn = before !== null && now.getTime() - before.last.getTime() <= silence;
  return { since: goesOn ? before.since : now, last: now };
}

/** Whether an endpoint has failed for so long that it is disabled. */
export const hasFailedTooLong = ({ since, last }: Failing): boolean =>
  last.getTime() - since.getTime() >= patience;
