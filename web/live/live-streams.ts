import { randomUUID } from 'node:crypto';
import type { Response } from 'express';
import { confirmStreams } from '../../database/live/streams.ts';
import type { Services } from '../http/services.ts';
import { EventStream } from './event-stream.ts';
import { Listening } from './listening.ts';
import { Places } from './places.ts';
import { RecentChanges } from './recent-changes.ts';
import { findEnded } from './session-ends.ts';
import { type OpenStream, ownTopic, type Reader, StreamIndex } from './stream-index.ts';
import { visitedLeaver } from './topics.ts';

/** Why no stream was opened. The page polls then. */
export type NotOpened = 'too-many' | 'not-listening';

/** The page that a stream is for. */
interface FollowedPage {
  topics: ReadonlySet<string>;
  /** When it was rendered, in epoch ms. */
  since: number;
  /** The most streams that its session may have. */
  most: number;
}

/** Changes are collected this long, so that one action sends one event, in milliseconds. */
const collectMs = 100;
/** While changes keep coming, such as those of an import, events are sent this far apart, in milliseconds. */
const betweenEventsMs = 300;
/** How often sessions that may have expired are looked up, in milliseconds. */
const expiryCheckMs = 500;
const heartbeatMs = 20_000;

/**
 * The open streams of this process. One connection listens for the changes of all transactions, and each stream gets
 * those of its topics. A stream ends with its session, with the connection that listens, and first on a shutdown.
 */
export class LiveStreams {
  readonly #services: Services;
  readonly #processId = randomUUID();
  readonly #listening: Listening;
  readonly #open = new StreamIndex();
  readonly #places: Places;
  readonly #recent = new RecentChanges();
  #isSendingSoon = false;
  #sentAt = 0;
  /** The streams whose session may have ended. */
  #unchecked = new Set<OpenStream>();

  constructor(services: Services) {
    this.#services = services;
    this.#places = new Places(services.database.em);
    this.#listening = new Listening(services, {
      listening: () => this.#recent.beginAt(Date.now()),
      changed: (topics) => this.#noteChanges(topics),
      lost: () => this.#endAll(),
    });
    this.#keepUp(services.stopping);
  }

  /**
   * Answers with a stream of the changes of a page's topics. First it sends what has changed since the page was rendered.
   * Returns why not when it cannot.
   */
  async open(
    response: Response,
    reader: Reader,
    { topics, since, most }: FollowedPage,
  ): Promise<NotOpened | null> {
    if (!(await this.#listening.start())) return 'not-listening';
    const { userId, sessionKey } = reader;
    const leaverId = visitedLeaver(topics);
    const id = await this.#places.take({ processId: this.#processId, sessionKey, userId, leaverId }, most);
    if (id === null) return 'too-many';
    const events = new EventStream(response);
    const changed = this.#recent.after(since, topics);
    const stream = { id, reader, topics, events, changed, endsAt: Number.POSITIVE_INFINITY };
    this.#open.add(stream);
    this.#countStreams();
    response.once('close', () => this.#remove(stream));
    if (response.destroyed || !this.#listening.isOn) this.#end(stream);
    this.#unchecked.add(stream);
    this.#sendSoon();
    return null;
  }

  /** Sends heartbeats and looks for expired sessions until the shutdown. */
  #keepUp(stopping: AbortSignal): void {
    const intervals = [
      setInterval(() => this.#endExpired(), expiryCheckMs).unref(),
      setInterval(() => this.#sendHeartbeats(), heartbeatMs).unref(),
    ];
    stopping.addEventListener('abort', () => {
      for (const interval of intervals) clearInterval(interval);
    });
  }

  /** Ends all streams. The pages reconnect and read every part anew, because changes may be missed meanwhile. */
  #endAll(): void {
    for (const stream of this.#open) this.#end(stream);
    void this.#sendNow();
  }

  #noteChanges(topics: string[]): void {
    this.#recent.add(topics, Date.now());
    const isMany = topics.includes('many');
    if (isMany || topics.includes('sessions')) this.#unchecked = new Set(this.#open);
    if (isMany) for (const stream of this.#open) stream.changed = new Set(stream.topics);
    for (const topic of topics) {
      for (const stream of this.#open.of(topic)) {
        if (stream.topics.has(topic)) stream.changed.add(topic);
        if (topic === ownTopic(stream)) this.#unchecked.add(stream);
      }
    }
    this.#sendSoon();
  }

  #sendSoon(): void {
    if (this.#isSendingSoon) return;
    this.#isSendingSoon = true;
    const waitMs = Math.max(collectMs, this.#sentAt + betweenEventsMs - Date.now());
    setTimeout(() => void this.#sendNow(), waitMs).unref();
  }

  /** Ends the streams whose session is over, and sends the others what has changed. */
  async #sendNow(): Promise<void> {
    this.#isSendingSoon = false;
    const unchecked = [...this.#unchecked];
    this.#unchecked = new Set();
    void this.#places.removeFreed();
    await this.#endUnlessSignedIn(unchecked);
    for (const stream of this.#open) {
      if (stream.changed.size === 0) continue;
      stream.events.send(stream.changed);
      this.#sentAt = Date.now();
      stream.changed = new Set();
    }
  }

  async #endUnlessSignedIn(streams: readonly OpenStream[]): Promise<void> {
    for (const stream of await findEnded(this.#services.database.em, streams)) this.#end(stream);
  }

  /** Looks up the end again, because a session that was used meanwhile stays open. */
  #endExpired(): void {
    const now = Date.now();
    void this.#endUnlessSignedIn([...this.#open].filter(({ endsAt }) => endsAt <= now));
  }

  #end(stream: OpenStream): void {
    stream.events.end();
    this.#remove(stream);
  }

  #remove(stream: OpenStream): void {
    if (!this.#open.delete(stream)) return;
    this.#places.free(stream.id, stream.reader.sessionKey);
    this.#countStreams();
    this.#sendSoon();
  }

  #countStreams(): void {
    this.#services.metrics.streamsOpen(this.#open.size);
  }

  #sendHeartbeats(): void {
    for (const { events } of this.#open) events.sendHeartbeat();
    if (this.#open.size === 0) return;
    void confirmStreams(this.#services.database.em, this.#processId).catch(() => undefined);
  }
}
