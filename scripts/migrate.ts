import { readDatabaseUrls } from '../config/environment.ts';
import { isOwner, migrate } from '../database/core/migrate.ts';
import type { Database } from '../database/core/orm.ts';
import { listDuplicates } from '../database/workspace/duplicates.ts';
import { type Command, commandEnvironment, runCommand, type Shell, withDatabase } from './command.ts';

// `npm run migrate`: migrates the schema. It is safe to run again, also by several processes in turn.

export const migrateCommand: Command = {
  usage: 'Usage: npm run migrate',
  async run(shell) {
    const { databaseUrl, ownerUrl } = readDatabaseUrls(commandEnvironment(shell));
    if (isOwner(ownerUrl, databaseUrl))
      shell.warn(
        'Warning: the application connects as the owner of the tables, which can change the audit trail. Use another role in DATABASE_URL.',
      );
    const applied = await migrate(ownerUrl, databaseUrl);
    for (const name of applied) shell.print(`Applied ${name}`);
    if (applied.length === 0) shell.print('The schema is up to date');
    await withDatabase(shell, (database) => printDuplicates(database, shell));
  },
};

/** Names the records that share an identifier, because they stay so until someone changes one of them. */
async function printDuplicates({ em }: Database, shell: Pick<Shell, 'warn'>): Promise<void> {
  for (let page = 1, lastPage = 1; page <= lastPage; page++) {
    const found = await listDuplicates(em, page);
    ({ lastPage } = found);
    for (const { kind, value, id, firstValue, firstId } of found.rows)
      shell.warn(`Duplicate ${kind}: ${firstValue} (id ${firstId}) and ${value} (id ${id})`);
  }
}

if (import.meta.main) process.exitCode = await runCommand(migrateCommand);
