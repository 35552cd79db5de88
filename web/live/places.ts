import type { EntityManager } from '../../database/core/orm.ts';
import { addStream, type NewStream, removeStreams } from '../../database/live/streams.ts';

/** The places of a session's streams, over all processes. */
export class Places {
  readonly #em: EntityManager;
  /** Those of this process, which are taken before the statement, because several pages may ask at once. */
  readonly #taken = new Map<string, number>();
  /** The rows of freed places, which are removed together. */
  #freedIds: number[] = [];

  constructor(em: EntityManager) {
    this.#em = em;
  }

  /** Takes one of `most` places and returns the id of its row; null when all are taken. */
  async take(stream: NewStream, most: number): Promise<number | null> {
    const taken = this.#taken.get(stream.sessionKey) ?? 0;
    if (taken >= most) return null;
    this.#taken.set(stream.sessionKey, taken + 1);
    let id: number | null = null;
    try {
      id = await addStream(this.#em, stream, most);
    } finally {
      if (id === null) this.#countDown(stream.sessionKey);
    }
    return id;
  }

  free(id: number, sessionKey: string): void {
    this.#countDown(sessionKey);
    this.#freedIds.push(id);
  }

  /** Removes the rows of freed places. A row that stays is ignored after a minute. */
  async removeFreed(): Promise<void> {
    const ids = this.#freedIds;
    this.#freedIds = [];
    if (ids.length > 0) await removeStreams(this.#em, ids).catch(() => undefined);
  }

  #countDown(sessionKey: string): void {
    const taken = this.#taken.get(sessionKey)! - 1;
    if (taken > 0) this.#taken.set(sessionKey, taken);
    else this.#taken.delete(sessionKey);
  }
}
