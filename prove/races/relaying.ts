import { setTimeout as pause } from 'node:timers/promises';
import { workerMetrics } from '../../metrics/worker.ts';
import { batchSenderFor } from '../../testing/cast/engine.ts';
import { createRelay } from '../../worker/relay.ts';
import { createBulkActionStarter, createImportStarter } from '../../worker/starters.ts';
import type { Random } from '../random.ts';
import type { Environment } from './environment.ts';
import { lossyConnection, overLossyConnection } from './lossy-connection.ts';

/**
 * Runs the work while two relays, each over its own lossy connection, send signals, and imports, bulk actions and
 * deliveries start.
 */
export async function whileRelaying<T>(
  { database, engine }: Environment,
  random: Random,
  work: () => Promise<T>,
): Promise<T> {
  let isOver = false;
  const loops = ['one relay', 'the other relay'].map(async (name) => {
    const lossy = overLossyConnection(engine.engine, lossyConnection(random.named(name)));
    const sendBatch = batchSenderFor(lossy);
    const relay = createRelay({ database, engine: lossy, sendBatch, metrics: workerMetrics() });
    while (!isOver) {
      await relay();
      await pause(20);
    }
  });
  const deps = { database, engine: engine.engine, sendBatch: engine.sendBatch };
  const startImports = createImportStarter(deps);
  const startBulkActions = createBulkActionStarter(deps);
  loops.push(
    (async () => {
      while (!isOver) {
        await startImports();
        await startBulkActions();
        await engine.startDeliveries();
        await pause(50);
      }
    })(),
  );
  try {
    return await work();
  } finally {
    isOver = true;
    await Promise.all(loops);
  }
}
