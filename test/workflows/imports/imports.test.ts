import { describe, expect, test } from 'vitest';
import { Import } from '../../../database/entities/index.ts';
import { cancelImport, startImport } from '../../../database/imports/imports.ts';
import { csvImportStart, csvImportWorkflow, csvImportWorkflowId } from '../../../engine/contract.ts';
import { asOwner } from '../../../testing/servers/owner.ts';
import { expectedCounts, ownImports } from './setting.ts';

const {
  own,
  em,
  client,
  reconcile,
  startWorker,
  startImports,
  prefix,
  started,
  ended,
  handleOf,
  countImported,
} = await ownImports();

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
    expect(JSON.stringify(await handleOf(id).fetchHistory())).not.toContain(prefix());
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
    const id = await started(520);
    await client.workflow.start(csvImportWorkflow, {
      ...csvImportStart(id),
      args: [{ importId: id, continueAfter: 1 }],
    });
    expect(await ended(id, 60_000)).toMatchObject({ state: 'done', results: { created: 520 } });
    expect(await countImported()).toEqual(expectedCounts(520));
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
