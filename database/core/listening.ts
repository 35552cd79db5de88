import pg from 'pg';
import type { Log } from '../../config/log.ts';
import { sleep } from '../../config/loop.ts';
import { connectTimeoutMs } from './orm.ts';

/** What a listener reports. */
export interface ListenerEvents<Channel extends string> {
  /** Every notification from now on is reported. */
  listening: () => void;
  notified: (channel: Channel, payload: string) => void;
  /** The connection is lost, and notifications are missed until `listening`. */
  lost?: () => void;
}

const firstRetryMs = 250;
const longestRetryMs = 5_000;

/** How often the connection is checked, and how long the answer may take, in milliseconds. */
const checkEveryMs = 5_000;
const answerTimeoutMs = 3_000;

/**
 * Listens to channels of NOTIFY on a connection of its own. Reconnects with exponential backoff. Listens until `stopping`
 * is aborted.
 */
export async function keepListening<Channel extends string>(
  databaseUrl: string,
  channels: readonly Channel[],
  events: ListenerEvents<Channel>,
  log: Log,
  stopping: AbortSignal,
): Promise<void> {
  for (let failures = 0; !stopping.aborted; failures++) {
    const reason = await listenOnce(databaseUrl, channels, stopping, {
      ...events,
      listening: () => {
        failures = 0;
        events.listening();
      },
    });
    if (stopping.aborted) return;
    events.lost?.();
    log.warn({ reason, failures }, 'Lost the connection that listens for notifications; reconnecting');
    await sleep(withJitter(Math.min(longestRetryMs, firstRetryMs * 2 ** failures)), stopping);
  }
}

/** Spreads the reconnects of several processes. */
const withJitter = (ms: number) => ms * (0.5 + Math.random() / 2);

/** Listens until the connection is lost, or stopped. Resolves with the reason. */
async function listenOnce<Channel extends string>(
  databaseUrl: string,
  channels: readonly Channel[],
  stopping: AbortSignal,
  events: ListenerEvents<Channel>,
): Promise<string> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: answerTimeoutMs,
  });
  const over = new AbortController();
  const end = () => over.abort();
  client.on('error', end).on('end', end);
  client.on('notification', ({ channel, payload }) => events.notified(channel as Channel, payload ?? ''));
  stopping.addEventListener('abort', end, { once: true });
  try {
    await client.connect();
    await client.query(channels.map((channel) => `listen ${channel}`).join('; '));
    if (!over.signal.aborted) events.listening();
    while (!over.signal.aborted) {
      await sleep(checkEveryMs, over.signal);
      // A connection that silently died is found by asking.
      if (!over.signal.aborted) await client.query('select');
    }
    return 'closed';
  } catch (error) {
    return (error as Error).message;
  } finally {
    stopping.removeEventListener('abort', end);
    // Not awaited, because a dead connection does not answer.
    client.end().catch(() => undefined);
  }
}
