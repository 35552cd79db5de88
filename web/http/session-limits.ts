/** A session ends after this long without use, in milliseconds. */
export const idleLimitMs = 2 * 60 * 60 * 1000;

/** A session ends this long after its sign-in, even when it is in use, in milliseconds. */
export const absoluteLimitMs = 12 * 60 * 60 * 1000;

/** A sign-in, or another proof of who is at the browser, counts this long, in milliseconds. */
export const proofCountsMs = 5 * 60 * 1000;
