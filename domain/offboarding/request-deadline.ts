/**
 * How long a request may wait before Temporal starts it, in milliseconds. Later its caller has gone, and nothing may
 * happen behind the caller's back.
 */
export const requestDeadlineMs = 60_000;
export const requestExpired = 'This was asked too long ago, please ask again.';

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
