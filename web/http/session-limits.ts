/** A session that nobody uses for this long is over, in milliseconds. */
export const idleLimitMs = 2 * 60 * 60 * 1000;

/** The longest a session lives, however busy, in milliseconds: after this, sign in again. */
export const absoluteLimitMs = 12 * 60 * 60 * 1000;
