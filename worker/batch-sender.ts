import type { Log } from '../config/log.ts';
import { runConcurrently } from '../database/core/concurrency.ts';
import type { WorkerClient } from '../engine/client.ts';

/** Given at the same time. */
const width = 20;

interface Parts {
  engine: Pick<WorkerClient, 'isReachable'>;
  log: Log;
  /** Aborted when the process is to end. */
  stopping: AbortSignal;
}

/** What became of things that were to be given to the engine; those in neither list were not begun, or met no engine. */
export interface BatchResult<T> {
  taken: T[];
  refused: T[];
  /** Whether it is worth giving more: the engine is there, and the process is to go on. */
  goesOn: boolean;
}

/**
 * Gives things to the engine, each by `give`; the log says of one that was refused what `about` says. After `withinMs`
 * nothing more is begun.
 */
export type SendBatch = <T>(
  things: readonly T[],
  give: (thing: T) => Promise<unknown>,
  about: (thing: T) => Record<string, unknown>,
  withinMs?: number,
) => Promise<BatchResult<T>>;

/**
 * How everything that the database keeps for the engine is given to it: several at the same time, in their order. One
 * that it refuses holds up nobody else; when it does not answer any more, the rest is left.
 */
export const createBatchSender =
  ({ engine, log, stopping }: Parts): SendBatch =>
  async (things, give, about, withinMs = Number.POSITIVE_INFINITY) => {
    const end = Date.now() + withinMs;
    const answers = shared(engine.isReachable);
    const handed: BatchResult<(typeof things)[number]> = { taken: [], refused: [], goesOn: true };
    await runConcurrently(things, width, async (thing) => {
      if (!handed.goesOn || stopping.aborted || Date.now() > end) return;
      try {
        await give(thing);
        handed.taken.push(thing);
      } catch (error) {
        if (!(await answers())) handed.goesOn = false;
        else {
          handed.refused.push(thing);
          const reason = (error as Error).message;
          log.warn({ reason, ...about(thing) }, 'The engine has not taken something; it gets it again later');
        }
      }
    });
    if (!handed.goesOn) log.warn('The engine does not answer; everything is kept until it does');
    if (stopping.aborted) handed.goesOn = false;
    return handed;
  };

/** The same question, asked once for all who want to know at the same time. */
function shared<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | null = null;
  return () => {
    asked ??= ask().finally(() => {
      asked = null;
    });
    return asked;
  };
}
