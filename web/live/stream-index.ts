import type { Role } from '../../domain/access/permissions.ts';
import type { EventStream } from './event-stream.ts';

/** The reader of a stream, and the session that it ends with. */
export interface Reader {
  userId: number;
  role: Role;
  /** The key that the session is stored under. */
  sessionKey: string;
  /** Epoch ms of the sign-in. */
  startedAt: number;
}

/** A page that is followed. */
export interface OpenStream {
  id: number;
  reader: Reader;
  topics: ReadonlySet<string>;
  events: EventStream;
  /** What has changed and is not sent yet. */
  changed: Set<string>;
  /** When the session ends unless it is used meanwhile, in epoch ms. */
  endsAt: number;
}

/** The open streams, found by what they follow. */
export class StreamIndex {
  readonly #all = new Set<OpenStream>();
  readonly #byTopic = new Map<string, Set<OpenStream>>();

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): Iterator<OpenStream> {
    return this.#all[Symbol.iterator]();
  }

  /** The streams that follow a topic, or whose reader's own record has this topic. */
  of(topic: string): Iterable<OpenStream> {
    return this.#byTopic.get(topic) ?? [];
  }

  add(stream: OpenStream): void {
    this.#all.add(stream);
    for (const topic of keysOf(stream)) {
      const streams = this.#byTopic.get(topic) ?? new Set();
      this.#byTopic.set(topic, streams.add(stream));
    }
  }

  /** Returns whether the stream was there. */
  delete(stream: OpenStream): boolean {
    if (!this.#all.delete(stream)) return false;
    for (const topic of keysOf(stream)) {
      const streams = this.#byTopic.get(topic)!;
      streams.delete(stream);
      if (streams.size === 0) this.#byTopic.delete(topic);
    }
    return true;
  }
}

/** The topic of a reader's own record. It changes with their status and role. */
export const ownTopic = ({ reader }: OpenStream): string => `leaver:${reader.userId}`;

const keysOf = (stream: OpenStream) => new Set([...stream.topics, ownTopic(stream)]);
