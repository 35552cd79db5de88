import { setTimeout as pause } from 'node:timers/promises';
import { makeLog } from '../../config/log.ts';
import { workerMetrics } from '../../metrics/worker.ts';
import { createImportStarter } from '../../worker/imports.ts';
import { createRelay } from '../../worker/relay.ts';
import type { Random } from '../random.ts';
import { badLine, overLine } from './bad-line.ts';
import type { Stage } from './stage.ts';

/** Does something while two relays, each over a bad line of its own, tell the engine what changes, and imports are begun. */
export async function whileRelaying<T>(
  { database, engine }: Stage,
  random: Random,
  work: () => Promise<T>,
): Promise<T> {
  const log = makeLog('worker', 'silent');
  let isOver = false;
  const loops = ['one relay', 'the other relay'].map(async (name) => {
    const relay = createRelay({
      database,
      engine: overLine(engine.engine, badLine(random.named(name))),
      log,
      metrics: workerMetrics(),
    });
    while (!isOver) {
      await relay();
      await pause(20);
    }
  });
  const startImports = createImportStarter({ database, engine: engine.engine });
  loops.push(
    (async () => {
      while (!isOver) {
        await startImports();
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
