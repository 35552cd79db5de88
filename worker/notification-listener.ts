import type { Log } from '../config/log.ts';
import { sleep } from '../config/loop.ts';
import { keepListening } from '../database/core/listening.ts';

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

/** Listens on its own connection. A missed notification does no harm, because every loop polls too. */
export function listenForNotifications(databaseUrl: string, log: Log): NotificationListener {
  const stopping = new AbortController();
  const listeners: Record<Channel, (() => void)[]> = { outbox: [], deliveries: [] };
  const notify = (channel: Channel) => {
    for (const wake of listeners[channel]) wake();
  };

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

  // Rows may have come while the connection was lost.
  const events = { listening: () => channels.forEach(notify), notified: notify };
  const listening = keepListening(databaseUrl, channels, events, log, stopping.signal);
  return {
    listener,
    async close() {
      stopping.abort();
      await listening;
    },
  };
}
