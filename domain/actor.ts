/**
 * Who did something, as the audit trail stores it: `user:<id>`, `token:<name>` or `system`.
 * It carries no personal data, so it may also enter the engine.
 */
export type Actor = `user:${number}` | `token:${string}` | 'system';

/** The actor for a signed-in person. */
export const userActor = (userId: number): Actor => `user:${userId}`;

/** The actor for an API token, by the name its maker gave it. */
export const tokenActor = (name: string): Actor => `token:${name}`;

/** Lastday itself: timers and repairs. */
export const systemActor: Actor = 'system';

/** The id of the person behind an actor, or null for a token and the system. */
export function actorUserId(actor: string): number | null {
  const match = /^user:(\d+)$/.exec(actor);
  return match ? Number(match[1]) : null;
}
