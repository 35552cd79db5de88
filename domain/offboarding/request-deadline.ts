/**
 * How long something a person asked for may wait before it is begun, in milliseconds: later the asker has
 * gone on, and it must not happen behind their back.
 */
export const requestDeadlineMs = 60_000;
export const requestExpired = 'This was asked too long ago, please ask again.';

/** Whether it is too late to begin what was asked at `requestedAt` (both in epoch milliseconds). */
export const isRequestExpired = (requestedAt: number, now: number): boolean =>
  now - requestedAt > requestDeadlineMs;

/** How far the clocks of those who ask and of the engine may differ, in milliseconds. */
export const clocksDifferByMs = 30_000;

/** Whether `requestedAt` lies so far ahead that taking it would lengthen the time something may wait. */
export const isRequestFromTheFuture = (requestedAt: number, now: number): boolean =>
  requestedAt - now > clocksDifferByMs;

/** What a question to the engine can end with instead of an answer. */
export const failureTypes = {
  /** Nothing was begun. */
  askedTooLongAgo: 'AskedTooLongAgo',
  /** The question itself makes no sense. */
  nonsense: 'Nonsense',
  notFound: 'NotFound',
  /** A rule forbids it. */
  refused: 'Refused',
  /** It fails in a way that trying again does not help. */
  broken: 'Broken',
  interrupted: 'Interrupted',
} as const;
