import type { Database } from '../database/core/orm.ts';
import { markStarted, unstartedDeliveries } from '../database/webhooks/deliveries.ts';
import { withAdvisoryLock } from '../database/workspace/housekeeping.ts';
import type { WorkerClient } from '../engine/client.ts';
import type { SendBatch } from './batch-sender.ts';

/** Deliveries read at once: no more than can be refused before the database takes us for gone. */
const pageSize = 100;

interface Parts {
  database: Database;
  engine: Pick<WorkerClient, 'startDelivery'>;
  handOver: SendBatch;
}

/**
 * Gives the engine the deliveries that no leaver's workflow starts: those of every event but a completion, tests, and
 * what is sent again. One worker at a time. Nothing is locked meanwhile: their tries write to the same rows. Throws
 * when some were refused, so that they are not asked for again at once.
 */
export function createDispatcher({ database, engine, handOver }: Parts) {
  return async function dispatch(): Promise<void> {
    let refusals = 0;
    await withAdvisoryLock(database.em, 'deliveries', async (em) => {
      for (let after = 0; ; ) {
        const page = await unstartedDeliveries(em, { after, limit: pageSize });
        if (page.length === 0) return;
        const { taken, refused, goesOn } = await handOver(page, engine.startDelivery, ({ id }) => ({
          deliveryId: id,
        }));
        const started = taken.map(({ id }) => id);
        await markStarted(database.em.fork(), started);
        refusals += refused.length;
        if (!goesOn) return;
        after = page.at(-1)!.id;
      }
    });
    if (refusals > 0) throw new Error(`The engine has refused ${refusals} deliveries`);
  };
}
