/** Changes are kept this long, in milliseconds. A page opens its stream sooner. */
const keptMs = 60_000;

/** The topics that changed lately, for a page that was rendered before its stream opened. */
export class RecentChanges {
  /** Every change since this moment is known. */
  #since = Number.POSITIVE_INFINITY;
  #changes: { at: number; topics: readonly string[] }[] = [];

  /** Forgets all, because changes before now may have been missed. */
  beginAt(now: number): void {
    this.#since = now;
    this.#changes = [];
  }

  add(topics: readonly string[], now: number): void {
    this.#changes.push({ at: now, topics });
    if (now - this.#changes[0]!.at < 2 * keptMs) return;
    this.#since = now - keptMs;
    this.#changes = this.#changes.filter(({ at }) => at >= this.#since);
  }

  /** Those of `topics` that changed since `moment`; all of them when that is not known. */
  after(moment: number, topics: ReadonlySet<string>): Set<string> {
    if (moment < this.#since) return new Set(topics);
    const changed = new Set(
      this.#changes.filter(({ at }) => at >= moment).flatMap((change) => change.topics),
    );
    return new Set([...topics].filter((topic) => changed.has('many') || changed.has(topic)));
  }
}
