import pg from 'pg';
import type { Log } from '../config/log.ts';
import { sleep } from '../config/loop.ts';
import { connectTimeoutMs } from '../database/core/orm.ts';

/** What rings: rows added to the outbox, and webhooks to be delivered. The schema's triggers know these names. */
const channels = ['outbox', 'deliveries'] as const;
export type Channel = (typeof channels)[number];

/** Rings when the database has something new for the engine. */
export interface NotificationListener {
  /** For one who waits for that; each of them hears every ring of it. */
  listener(channel: Channel): NotificationHandlers;
  close(): Promise<void>;
}

/** Resolves when it rang since the last call, or after `ms` at the latest. */
export type NotificationHandlers = (ms: number) => Promise<void>;

const pauseBetweenTries = 1_000;

/** After so many milliseconds without a ring the operating system asks whether the server is still there. */
const quietMs = 10_000;

/**
 * Listens on a connection of its own, and connects again when it is lost. A ring that is missed does no
 * harm: whoever waits looks now and then anyway.
 */
export function listenForNotifications(databaseUrl: string, log: Log): NotificationListener {
  const stopping = new AbortController();
  const listeners: Record<Channel, (() => void)[]> = { outbox: [], deliveries: [] };
  const ring = (channel: Channel) => {
    for (const hear of listeners[channel]) hear();
  };

  async function keepListening() {
    while (!stopping.signal.aborted) {
      try {
        await listen();
      } catch (error) {
        log.warn({ reason: (error as Error).message }, 'Not listening to the database, trying again');
      }
      await sleep(pauseBetweenTries, stopping.signal);
    }
  }

  /** Until the connection is lost. */
  async function listen() {
    const client = new pg.Client({
      connectionString: databaseUrl,
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: quietMs,
    });
    const lost = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('error', () => {});
    client.on('notification', ({ channel }) => ring(channel as Channel));
    await client.connect();
    const end = () => void client.end();
    stopping.signal.addEventListener('abort', end, { once: true });
    try {
      if (stopping.signal.aborted) end();
      else await client.query(channels.map((channel) => `listen ${channel}`).join('; '));
      // What was added while nobody listened.
      channels.forEach(ring);
      await lost;
    } finally {
      stopping.signal.removeEventListener('abort', end);
      end();
    }
  }

  function listener(channel: Channel): NotificationHandlers {
    let hasRung = false;
    let wake = () => {};
    listeners[channel].push(() => {
      hasRung = true;
      wake();
    });
    return async (ms) => {
      if (!hasRung) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        await Promise.race([woken, sleep(ms, stopping.signal)]);
      }
      hasRung = false;
    };
  }

  const listening = keepListening();
  return {
    listener,
    async close() {
      stopping.abort();
      await listening;
    },
  };
}
