import type { Log } from '../config/log.ts';
import { runConcurrently } from '../database/core/concurrency.ts';
import type { WorkerClient } from '../engine/client.ts';

/** How many are sent at the same time. */
const concurrency = 20;

interface BatchSenderDeps {
  engine: Pick<WorkerClient, 'isReachable'>;
  log: Log;
  /** Aborted when the process should end. */
  stopping: AbortSignal;
}

/** The result of a batch. What is in neither list was not sent, or Temporal was unreachable. */
interface BatchResult<T> {
  taken: T[];
  refused: T[];
  /** Whether another batch makes sense: Temporal is reachable and the process goes on. */
  goesOn: boolean;
}

/**
 * Sends each of `things` with `send`. For a refused one, the log shows what `about` returns. After `withinMs` no further
 * one is sent.
 */
export type SendBatch = <T>(
  things: readonly T[],
  send: (thing: T) => Promise<unknown>,
  about: (thing: T) => Record<string, unknown>,
  withinMs?: number,
) => Promise<BatchResult<T>>;

/**
 * Sends to Temporal what the database has recorded: several at the same time, in their order. A refused one delays no
 * other. When Temporal is unreachable, the rest stays for later.
 */
export const createBatchSender =
  ({ engine, log, stopping }: BatchSenderDeps): SendBatch =>
  async (things, send, about, withinMs = Number.POSITIVE_INFINITY) => {
    const end = Date.now() + withinMs;
    const isReachable = shareCalls(engine.isReachable);
    const result: BatchResult<(typeof things)[number]> = { taken: [], refused: [], goesOn: true };
    await runConcurrently(things, concurrency, async (thing) => {
      if (!result.goesOn || stopping.aborted || Date.now() > end) return;
      try {
        await send(thing);
        result.taken.push(thing);
      } catch (error) {
        if (!(await isReachable())) result.goesOn = false;
        else {
          result.refused.push(thing);
          const reason = (error as Error).message;
          log.warn({ reason, ...about(thing) }, 'Temporal rejected a start or signal; will retry');
        }
      }
    });
    if (!result.goesOn) log.warn('Temporal is unreachable; changes are kept and will be sent later');
    if (stopping.aborted) result.goesOn = false;
    return result;
  };

/** One call for all callers that ask at the same time. */
function shareCalls<T>(call: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  return () => {
    running ??= call().finally(() => {
      running = null;
    });
    return running;
  };
}
