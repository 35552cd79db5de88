import { expect, test } from 'vitest';
import { cancelImport, importById, startImport } from '../../../database/imports/imports.ts';
import { csvImportStart, csvImportWorkflow } from '../../../engine/contract.ts';
import { eventually, ownEngine } from '../../../testing/cast/engine.ts';
import { csvOf, importing } from '../../../testing/cast/importing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { asOwner } from '../../../testing/servers/owner.ts';
import { keep } from './keep.ts';

const { database, ownerUrl } = await ownDatabase();
const { em } = database;
const { client, startWorker } = await ownEngine(database);
const files = importing(database, 'system');
let worker = await startWorker();

let people = 0;

/** Uploads a file of new people and starts its import workflow. */
async function begin(count: number, run: { continueAfter?: number } = {}) {
  const lines = Array.from({ length: count }, () => {
    const name = `person-${++people}`;
    return [name, `Person ${people}`, `${name}@x.example`];
  });
  const { id } = await files.upload('users', csvOf(['externalId', 'name', 'email'], ...lines));
  await startImport(em, 'system', id, 0);
  const handle = await client.workflow.start(csvImportWorkflow, {
    ...csvImportStart(id),
    args: [{ importId: id, ...run }],
  });
  return { id, handle, firstRun: client.workflow.getHandle(handle.workflowId, handle.firstExecutionRunId) };
}

const ended = (id: number) => eventually(async () => (await importById(em, id)).endedAt, 40_000);

test('imported in one run', async () => {
  const { handle } = await begin(5);
  await handle.result();
  await keep('imported', handle);
});

test('imported in several runs', async () => {
  const { id, firstRun, handle } = await begin(1_100, { continueAfter: 1 });
  await ended(id);
  await keep('imported-first-run', firstRun);
  const last = client.workflow.getHandle(handle.workflowId);
  await last.result();
  await keep('imported-last-run', last);
});

test('cancelled in the console, and in Temporal', async () => {
  await worker.stop();
  const [inConsole, inEngine] = [await begin(5), await begin(5)];
  await cancelImport(em, 'system', inConsole.id);
  await inEngine.handle.cancel();
  worker = await startWorker();
  await inConsole.handle.result();
  await expect(inEngine.handle.result()).rejects.toThrow();
  await keep('import-cancelled-in-the-console', inConsole.handle);
  await keep('import-cancelled-in-the-engine', inEngine.handle);
});

test('failed', async () => {
  await asOwner(
    ownerUrl,
    `create function break_lines() returns trigger language plpgsql as $$ begin raise exception 'broken' using errcode = '22000'; end $$`,
    `create trigger break_lines before update on import_rows for each row when (new.outcome is not null) execute function break_lines()`,
  );
  const { id, handle } = await begin(5);
  await ended(id);
  await handle.result();
  await keep('import-failed', handle);
});
