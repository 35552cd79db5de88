import { sql } from 'kysely';
import { beforeEach } from 'vitest';
import { sqlOf } from '../../../database/core/tables.ts';
import { importById, startImport } from '../../../database/imports/imports.ts';
import { csvImportWorkflowId } from '../../../engine/contract.ts';
import { eventually, ownEngine } from '../../../testing/cast/engine.ts';
import { csvOf, importing } from '../../../testing/cast/importing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { createImportStarter } from '../../../worker/starters.ts';

/** Starts Temporal without a worker for the imports of a test file, and returns helpers. */
export async function ownImports() {
  const own = await ownDatabase();
  const { em } = own.database;
  const ownedEngine = await ownEngine(own.database);
  const { client, engine, sendBatch } = ownedEngine;
  const files = importing(own.database, 'system');

  let fileCount = 0;
  beforeEach(() => {
    fileCount++;
  });
  /** Begins the external ids and addresses of the current test. */
  const prefix = () => `import${fileCount}`;

  /** A CSV line of this test: the next line is the manager, and every twentieth person leaves. */
  const person = (index: number, count: number) => [
    `${prefix()}-${index}`,
    `Person ${index}`,
    `${prefix()}-${index}@x.example`,
    index + 1 < count ? `${prefix()}-${index + 1}` : null,
    index % 20 === 0 ? '2027-01-31' : null,
  ];
  const csvFileOf = (count: number) =>
    csvOf(
      ['externalId', 'name', 'email', 'manager', 'endDate'],
      ...Array.from({ length: count }, (_, index) => person(index, count)),
    );

  return {
    ...ownedEngine,
    own,
    em,
    prefix,
    startImports: createImportStarter({ database: own.database, engine, sendBatch }),

    /** Uploads a file and marks its import as started, like the console; no workflow runs yet. */
    async started(count: number): Promise<number> {
      const { id, preview } = await files.upload('users', csvFileOf(count));
      await startImport(em, 'system', id, preview!.starts);
      return id;
    },

    ended: (id: number, timeoutMs?: number) =>
      eventually(async () => {
        const found = await importById(em, id);
        return found.endedAt ? found : null;
      }, timeoutMs),

    handleOf: (id: number) => client.workflow.getHandle(csvImportWorkflowId(id)),

    /** Counts the imported people, their managers and their leavings, and the audit entries about them. */
    async countImported() {
      const external = `${prefix()}-%`;
      const { rows } = await sql<Record<string, number>>`
        select count(*) as people, count(manager_id) as managed,
          (select count(*) from offboardings o join users l on l.id = o.user_id where l.external_id like ${external}) as leaving,
          (select count(*) from audit_entries a join users c on c.id = a.user_id
            where c.external_id like ${external} and action = 'user.created') as created,
          (select count(*) from audit_entries a join users c on c.id = a.user_id
            where c.external_id like ${external} and action = 'user.manager_changed') as "managersChanged"
        from users where external_id like ${external}`.execute(sqlOf(em));
      return rows[0];
    },
  };
}

/** What `countImported` returns after an import of `count` lines. */
export const expectedCounts = (count: number) => ({
  people: count,
  managed: count - 1,
  leaving: count / 20,
  created: count,
  managersChanged: count - 1,
});
