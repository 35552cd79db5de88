import { expect, test } from 'vitest';
import { createBulkAction, readBulkReport } from '../../../database/bulk/actions.ts';
import { createRequest } from '../../../database/inventory/requests.ts';
import { bulkActionStart, bulkActionWorkflow } from '../../../engine/contract.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { ownEngine } from '../../../testing/cast/engine.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { asOwner } from '../../../testing/servers/owner.ts';
import { keep } from './keep.ts';

const { database, ownerUrl } = await ownDatabase();
const { em } = database;
const { client, startWorker } = await ownEngine(database);
await startWorker();

/** Starts the workflow that rejects this many requests of one person. */
async function begin(count: number, run: { continueAfter?: number } = {}) {
  const { lena } = await makeCast(database);
  const items: { itemId: number }[] = [];
  for (let i = 0; i < count; i++)
    items.push({ itemId: await createRequest(em, 'system', lena.id, { item: `Chair ${i}`, reason: null }) });
  const { id } = await createBulkAction(em, {
    token: crypto.randomUUID(),
    kind: 'rejection',
    userId: lena.id,
    actor: 'system',
    items,
  });
  const start = { ...bulkActionStart(id), args: [{ bulkId: id, ...run }] };
  const handle = await client.workflow.start(bulkActionWorkflow, start);
  return { id, handle, firstRun: client.workflow.getHandle(handle.workflowId, handle.firstExecutionRunId) };
}

test('executed in one run', async () => {
  const { handle } = await begin(25);
  await handle.result();
  await keep('bulk-executed', handle);
});

test('executed in several runs', async () => {
  const { handle, firstRun } = await begin(25, { continueAfter: 1 });
  await handle.result();
  await keep('bulk-first-run', firstRun);
  await keep('bulk-last-run', client.workflow.getHandle(handle.workflowId));
});

test('abandoned', async () => {
  await asOwner(
    ownerUrl,
    `create function break_items() returns trigger language plpgsql as $$ begin raise exception 'broken' using errcode = '22000'; end $$`,
    `create trigger break_items before update on bulk_items for each row when (new.outcome = 'done') execute function break_items()`,
  );
  const { id, handle } = await begin(2);
  await handle.result();
  expect((await readBulkReport(em.fork(), id))?.state).toBe('done');
  await keep('bulk-abandoned', handle);
});
