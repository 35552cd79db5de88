import type { EntityManager } from '../../database/core/orm.ts';
import { openSessions } from '../../database/live/streams.ts';
import { absoluteLimitMs } from '../http/session-limits.ts';
import type { OpenStream } from './stream-index.ts';

/**
 * Looks up when the sessions of these streams end, and returns the streams whose session is over or whose reader has
 * another role. Returns all of them when the database does not answer.
 */
export async function findEnded(em: EntityManager, streams: readonly OpenStream[]): Promise<OpenStream[]> {
  if (streams.length === 0) return [];
  const keys = [...new Set(streams.map(({ reader }) => reader.sessionKey))];
  const found = await openSessions(em, keys).catch(() => []);
  const sessions = new Map(found.map((session) => [session.key, session]));
  const now = Date.now();
  return streams.filter((stream) => {
    const { sessionKey, userId, role, startedAt } = stream.reader;
    const session = sessions.get(sessionKey);
    if (session?.userId !== userId || session.role !== role) return true;
    stream.endsAt = Math.min(now + session.remainingMs, startedAt + absoluteLimitMs);
    return stream.endsAt <= now;
  });
}
