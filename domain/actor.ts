/**
 * The author of a change as the audit trail stores it: `user:<id>`, `token:<name>` or `system`. It may be sent to
 * Temporal, because it contains no personal data.
 */
export type Actor = `user:${number}` | `token:${string}` | 'system';

/** The actor of a signed-in user. */
export const userActor = (userId: number): Actor => `user:${userId}`;

/** The actor of an API token, by the token's name. */
export const tokenActor = (name: string): Actor => `token:${name}`;

/** Lastday itself: timers and repairs. */
export const systemActor: Actor = 'system';

/** The id of an actor that is a user; null for a token and the system. */
export function actorUserId(actor: string): number | null {
  const match = /^user:(\d+)$/.exec(actor);
  return match ? Number(match[1]) : null;
}
