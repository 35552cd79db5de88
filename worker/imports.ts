import type { Database } from '../database/core/orm.ts';
import { importsStarting } from '../database/imports/progress.ts';
import type { WorkerClient } from '../engine/client.ts';
import type { SendBatch } from './batch-sender.ts';

interface Parts {
  database: Database;
  engine: Pick<WorkerClient, 'startImport'>;
  handOver: SendBatch;
}

/**
 * Gives imports their workflows: somebody has started one in the console or over the API, and this is how the
 * engine hears of it.
 */
export const createImportStarter =
  ({ database, engine, handOver }: Parts) =>
  async (): Promise<void> => {
    const starting = await importsStarting(database.em);
    await handOver(starting, engine.startImport, (importId) => ({ importId }));
  };
