import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { sqlOf } from '../../database/core/tables.ts';
import { Import } from '../../database/entities/index.ts';
import { cancelImport, importById, startImport } from '../../database/imports/imports.ts';
import { csvImportStart, csvImportWorkflow, csvImportWorkflowId } from '../../engine/contract.ts';
import { eventually, listed, ownEngine } from '../../testing/cast/engine.ts';
import { csvOf, importing } from '../../testing/cast/importing.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { asOwner } from '../../testing/servers/owner.ts';
import { startWorkerProcess } from '../../testing/servers/worker-process.ts';
import { createImportStarter } from '../../worker/starters.ts';

const own = await ownDatabase();
const { database } = own;
const { em } = database;
const { client, engine, sendBatch, namespace, reconcile, startWorker } = await ownEngine(database);
const startImports = createImportStarter({ database, engine, sendBatch });
const files = importing(database, 'system');

let fileCount = 0;
let prefix: string;
beforeEach(() => {
  prefix = `import${++fileCount}`;
});

/** A CSV line of this test: the next line is the manager, and every twentieth person leaves. */
const person = (index: number, count: number) => [
  `${prefix}-${index}`,
  `Person ${index}`,
  `${prefix}-${index}@x.example`,
  index + 1 < count ? `${prefix}-${index + 1}` : null,
  index % 20 === 0 ? '2027-01-31' : null,
];
const csvFileOf = (count: number) =>
  csvOf(
    ['externalId', 'name', 'email', 'manager', 'endDate'],
    ...Array.from({ length: count }, (_, index) => person(index, count)),
  );

/** Uploads a file and marks its import as started, like the console; no workflow runs yet. */
async function started(count: number): Promise<number> {
  const { id, preview } = await files.upload('users', csvFileOf(count));
  await startImport(em, 'system', id, preview!.starts);
  return id;
}

const ended = (id: number, timeoutMs?: number) =>
  eventually(async () => {
    const found = await importById(em, id);
    return found.endedAt ? found : null;
  }, timeoutMs);
const handleOf = (id: number) => client.workflow.getHandle(csvImportWorkflowId(id));

/** Counts the imported people, their managers and their leavings, and the audit entries about them. */
async function countImported() {
  const { rows } = await sql<Record<string, number>>`
    select count(*) as people, count(manager_id) as managed,
      (select count(*) from offboardings o join users l on l.id = o.user_id where l.external_id like ${`${prefix}-%`}) as leaving,
      (select count(*) from audit_entries a join users c on c.id = a.user_id
        where c.external_id like ${`${prefix}-%`} and action = 'user.created') as created,
      (select count(*) from audit_entries a join users c on c.id = a.user_id
        where c.external_id like ${`${prefix}-%`} and action = 'user.manager_changed') as "managersChanged"
    from users where external_id like ${`${prefix}-%`}`.execute(sqlOf(em));
  return rows[0];
}
const expectedCounts = (count: number) => ({
  people: count,
  managed: count - 1,
  leaving: count / 20,
  created: count,
  managersChanged: count - 1,
});

describe('a started import', () => {
  test('runs as a workflow, and Temporal gets only ids and counts', async () => {
    const worker = await startWorker();
    const id = await started(20);
    await startImports();
    expect(await ended(id)).toMatchObject({
      state: 'done',
      results: { created: 20, failed: 0, managersPending: 0 },
    });
    expect(await countImported()).toEqual(expectedCounts(20));
    await handleOf(id).result();
    expect(JSON.stringify(await handleOf(id).fetchHistory())).not.toContain(prefix);
    await worker.stop();
  });

  test('is done again when its workflow is lost', async () => {
    const id = await started(20);
    await startImports();
    await handleOf(id).terminate('lost');
    await em.fork().nativeUpdate(Import, { id }, { state: 'running' });
    const worker = await startWorker();
    await reconcile();
    expect(await ended(id)).toMatchObject({ state: 'done', results: { created: 20 } });
    await worker.stop();
  });

  test('does nothing when it was cancelled in the console before it ran', async () => {
    const id = await started(20);
    await startImports();
    await cancelImport(em, 'system', id);
    const worker = await startWorker();
    expect(await ended(id)).toMatchObject({ state: 'cancelled', results: { created: 0 } });
    await worker.stop();
  });

  test('is cancelled in the database when an operator cancels its workflow', async () => {
    const id = await started(20);
    await startImports();
    await handleOf(id).cancel();
    const worker = await startWorker();
    expect(await ended(id)).toMatchObject({ state: 'cancelled' });
    await expect(handleOf(id).result()).rejects.toThrow('cancelled');
    await worker.stop();
  });

  test('continues as new when its history is long', async () => {
    const worker = await startWorker();
    const id = await started(1_000);
    await client.workflow.start(csvImportWorkflow, {
      ...csvImportStart(id),
      args: [{ importId: id, continueAfter: 1 }],
    });
    expect(await ended(id, 60_000)).toMatchObject({ state: 'done', results: { created: 1_000 } });
    expect(await countImported()).toEqual(expectedCounts(1_000));
    const runs = [];
    for await (const run of client.workflow.list({ query: `WorkflowId = '${csvImportWorkflowId(id)}'` }))
      runs.push(run.status.name);
    expect(runs.length).toBeGreaterThan(3);
    await worker.stop();
  });

  test('shows that it keeps failing, and continues after a retry by a user', async () => {
    await asOwner(
      own.ownerUrl,
      `create function break_lines() returns trigger language plpgsql as $$ begin raise exception 'broken' using errcode = '22000'; end $$`,
      `create trigger break_lines before update on import_rows for each row when (new.outcome is not null) execute function break_lines()`,
    );
    const worker = await startWorker();
    const id = await started(20);
    await startImports();
    expect(await ended(id, 60_000)).toMatchObject({ state: 'failed', results: { created: 0 } });
    await handleOf(id).result();
    await asOwner(own.ownerUrl, 'drop trigger break_lines on import_rows', 'drop function break_lines');
    await startImport(em, 'system', id, null);
    await startImports();
    expect(await ended(id)).toMatchObject({ state: 'done', results: { created: 20 } });
    await worker.stop();
  });
});

test('an import whose worker is killed in the middle imports each line once', async () => {
  const count = 1_200;
  const id = await started(count);
  const done = async () => (await importById(em, id)).results!.created;
  const first = startWorkerProcess(own, namespace);
  await eventually(async () => (await done()) >= 500, 90_000);
  await first.kill();
  const atDeath = await importById(em, id);
  expect(atDeath.state).toBe('running');
  expect(await done()).toBeLessThan(count);
  startWorkerProcess(own, namespace);
  expect(await ended(id, 120_000)).toMatchObject({
    state: 'done',
    results: { created: count, changed: 0, unchanged: 0, failed: 0, managersPending: 0 },
  });
  expect(await countImported()).toEqual(expectedCounts(count));
  const following = async () => {
    const running = await listed(engine);
    const { rows } = await sql<{ id: number }>`
      select o.id from offboardings o join users u on u.id = o.user_id where u.external_id like ${`${prefix}-%`}`.execute(
      sqlOf(em),
    );
    return rows.every((row) => running.has(row.id));
  };
  await eventually(following, 60_000);
}, 300_000);
