import { inFlight } from '../activities/in-flight.ts';
import type { Log } from '../config/log.ts';
import { markStarted, takeUnstarted } from '../database/deliveries.ts';
import type { Database } from '../database/orm.ts';
import type { Engine } from './engine.ts';

/** Deliveries taken at once, and started at the same time. */
const batchSize = 200;
const width = 20;

interface Parts {
  database: Database;
  engine: Engine;
  log: Log;
}

/**
 * Gives the engine the deliveries that no leaver's workflow starts: those of every event but a completion, tests, and
 * what is sent again. Any number of dispatchers may run beside each other.
 */
export function createDispatcher({ database, engine, log }: Parts) {
  async function dispatch(): Promise<void> {
    while ((await dispatchBatch()) === batchSize);
  }

  /**
   * The rows stay locked while the engine takes them, so that a dispatcher that dies leaves them to the others at
   * once. Starting one twice does no harm. Returns how many the engine has taken.
   */
  const dispatchBatch = (): Promise<number> =>
    database.em.fork().transactional(async (em) => {
      const deliveries = await takeUnstarted(em, batchSize);
      const started: number[] = [];
      let engineIsAway = false;
      await inFlight(deliveries, width, async (delivery) => {
        if (engineIsAway) return;
        try {
          await engine.deliver(delivery);
          started.push(delivery.id);
        } catch (error) {
          engineIsAway = !(await engine.answers());
          log.warn(
            { err: error, deliveryId: delivery.id },
            'A delivery could not be started; it is tried again',
          );
        }
      });
      await markStarted(em, started);
      return started.length;
    });

  return dispatch;
}
