/**
 * How long a request may wait until its workflow starts it, in milliseconds. After that nothing may change, because the
 * caller no longer waits for it.
 */
export const requestDeadlineMs = 60_000;

/** The message of an expired request. */
export const requestExpired = 'This took too long, so nothing was changed. Try again.';

/** Whether a request made at `requestedAt` has passed its deadline. Both in epoch milliseconds. */
export const isRequestExpired = (requestedAt: number, now: number): boolean =>
  now - requestedAt > requestDeadlineMs;

/** How far the clocks of the callers and of Temporal may differ, in milliseconds. */
const clockSkewMs = 30_000;

/** Whether `requestedAt` is so far ahead that the request could wait longer than its deadline. */
export const isRequestFromTheFuture = (requestedAt: number, now: number): boolean =>
  requestedAt - now > clockSkewMs;

/** The types of the failures with which a workflow answers a request or a step. */
export const failureTypes = {
  /** The deadline had passed, so nothing was started. */
  requestExpired: 'RequestExpired',
  malformed: 'Malformed',
  notFound: 'NotFound',
  /** A rule forbids it. */
  refused: 'Refused',
  /** A retry does not help. */
  broken: 'Broken',
  interrupted: 'Interrupted',
} as const;
