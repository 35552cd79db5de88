import type { Response } from 'express';

/** A reader that takes nothing any more is disconnected when this much is unsent, in bytes. */
const maxUnsentBytes = 64 * 1024;

/** A response that stays open and sends server-sent events. */
export class EventStream {
  readonly #response: Response;

  /** Sends the headers and the event `hello`, which tells the page that proxies let events through. */
  constructor(response: Response) {
    this.#response = response;
    response.status(200).set({
      'Content-Type': 'text/event-stream; charset=utf-8',
      // `no-transform` keeps this server and proxies from compressing, which would hold events back.
      'Cache-Control': 'no-cache, no-transform',
      // Keeps nginx from buffering.
      'X-Accel-Buffering': 'no',
    });
    response.flushHeaders();
    this.#write('event: hello\ndata: 1\n\n');
  }

  /** Sends the topics that have changed. */
  send(topics: Iterable<string>): void {
    this.#write(`data: ${[...topics].join(' ')}\n\n`);
  }

  /** Keeps proxies from closing an idle connection, and shows the page that it is not dead. */
  sendHeartbeat(): void {
    this.#write('event: heartbeat\ndata: 1\n\n');
  }

  end(): void {
    this.#response.end();
  }

  #write(event: string): void {
    const response = this.#response;
    if (response.writableEnded || response.destroyed) return;
    if (response.writableLength > maxUnsentBytes) response.destroy();
    else response.write(event);
  }
}
