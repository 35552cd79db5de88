import pg from 'pg';
import type { Log } from '../config/log.ts';
import { sleep } from '../config/loop.ts';
import { connectTimeoutMs } from '../database/core/orm.ts';

/** New rows of the outbox, and new webhook deliveries. The schema's triggers use these names. */
const channels = ['outbox', 'deliveries'] as const;
export type Channel = (typeof channels)[number];

/** Listens for NOTIFY, so that a loop runs as soon as there is work. */
export interface NotificationListener {
  /** A wait for the notifications of a channel. Each listener gets every notification. */
  listener(channel: Channel): NextNotification;
  close(): Promise<void>;
}

/** Resolves when a notification came since the last call, or after `ms`. */
export type NextNotification = (ms: number) => Promise<void>;

const reconnectIntervalMs = 1_000;

/** TCP keep-alive delay, in milliseconds. */
const keepAliveDelayMs = 10_000;

/**
 * Listens on its own connection, and reconnects when it is lost. A missed notification does no harm, because every loop
 * polls too.
 */
export function listenForNotifications(databaseUrl: string, log: Log): NotificationListener {
  const stopping = new AbortController();
  const listeners: Record<Channel, (() => void)[]> = { outbox: [], deliveries: [] };
  const notify = (channel: Channel) => {
    for (const wake of listeners[channel]) wake();
  };

  async function keepListening() {
    while (!stopping.signal.aborted) {
      try {
        await listen();
      } catch (error) {
        log.warn(
          { reason: (error as Error).message },
          'Lost the connection that listens for notifications; reconnecting',
        );
      }
      await sleep(reconnectIntervalMs, stopping.signal);
    }
  }

  /** Listens until the connection is lost. */
  async function listen() {
    const client = new pg.Client({
      connectionString: databaseUrl,
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: keepAliveDelayMs,
    });
    const lost = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('error', () => {});
    client.on('notification', ({ channel }) => notify(channel as Channel));
    await client.connect();
    const end = () => void client.end();
    stopping.signal.addEventListener('abort', end, { once: true });
    try {
      if (stopping.signal.aborted) end();
      else await client.query(channels.map((channel) => `listen ${channel}`).join('; '));
      // Rows may have come while the connection was lost.
      channels.forEach(notify);
      await lost;
    } finally {
      stopping.signal.removeEventListener('abort', end);
      end();
    }
  }

  function listener(channel: Channel): NextNotification {
    let isNotified = false;
    let wake = () => {};
    listeners[channel].push(() => {
      isNotified = true;
      wake();
    });
    return async (ms) => {
      if (!isNotified) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        await Promise.race([woken, sleep(ms, stopping.signal)]);
      }
      isNotified = false;
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
