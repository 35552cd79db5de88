import { importsStarting } from '../database/imports/progress.ts';
import type { Database } from '../database/orm.ts';
import type { Engine } from './engine.ts';

interface Parts {
  database: Database;
  engine: Engine;
}

/**
 * Gives imports their workflows: somebody has started one in the console or over the API, and this is how the
 * engine hears of it.
 */
export const createImportStarter =
  ({ database, engine }: Parts) =>
  async (): Promise<void> => {
    for (const importId of await importsStarting(database.em)) await engine.carryOutImport(importId);
  };
