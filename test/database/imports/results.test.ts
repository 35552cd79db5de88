import { expect } from 'vitest';
import { ImportRow } from '../../../database/entities/index.ts';
import { importById, startImport } from '../../../database/imports/imports.ts';
import { markLines, waitingLines } from '../../../database/imports/lines.ts';
import { endImport, executeBatch } from '../../../database/imports/progress.ts';
import { eventually } from '../../../testing/cast/engine.ts';
import { csvOf } from '../../../testing/cast/importing.ts';
import { importTests, mailOf, newId } from './fixture.ts';

const { em, test } = await importTests();

/** A file of several batches with simple, single, failing and manager-pending lines. */
function manyLines(count: number) {
  const ids = Array.from({ length: count }, () => newId());
  const line = (id: string, place: number) => [
    id,
    'N',
    place % 40 === 7 ? 'nobody' : mailOf(id),
    place % 50 === 3 ? ids.at(-1)! : null,
    place % 50 === 9 ? '2027-01-31' : null,
  ];
  return csvOf(['externalId', 'name', 'email', 'manager', 'endDate'], ...ids.map(line));
}

const runBatch = (importId: number, onStep = () => {}) =>
  executeBatch(em, importId, { onStep, onDefect() {} });

/** The results counted from the lines. */
async function countedFromLines(importId: number) {
  const rows = await em.fork().find(ImportRow, { importId });
  const having = (outcome: string) => rows.filter((row) => row.outcome === outcome).length;
  return {
    created: having('created'),
    changed: having('changed'),
    unchanged: having('unchanged'),
    failed: having('failed'),
    managersPending: rows.filter((row) => row.managerPending).length,
  };
}

async function expectExact(importId: number) {
  expect((await importById(em, importId)).results).toEqual(await countedFromLines(importId));
}

/** Throws at the third line that is executed alone, in the middle of a batch. */
function crashing() {
  let steps = 0;
  return () => {
    if (++steps === 4) throw new Error('The worker died');
  };
}

test('every line is counted once, batch by batch, even after a crash within a batch', async ({ files }) => {
  const id = await files.start('users', manyLines(1_100));
  await runBatch(id);
  await expectExact(id);
  await expect(runBatch(id, crashing())).rejects.toThrow('died');
  expect((await countedFromLines(id)).created).toBeGreaterThan((await importById(em, id)).results!.created);
  for (;;) {
    const { isOver, done } = await runBatch(id);
    await expectExact(id);
    if (isOver) return expect(done).toBe(1_100);
  }
});

test('two workers that run the same batches at the same time count each line once', async ({ files }) => {
  const id = await files.start('users', manyLines(1_100));
  for (let round = 0; round < 5; round++) {
    await Promise.all([runBatch(id), runBatch(id)]);
    await expectExact(id);
  }
  expect((await importById(em, id)).state).toBe('done');
});

test('marking lines is retried after a deadlock', async ({ files }) => {
  const id = await files.start('users', manyLines(2));
  const [first, second] = await waitingLines(em.fork(), id, { after: 0, limit: 2 });
  await em.fork().transactional(async (other) => {
    const lock = (line: number) =>
      other.execute('select from import_rows where import_id = ? and line = ? for update', [id, line]);
    await lock(second!);
    const marking = markLines(em.fork(), id, [first!, second!], 'unchanged');
    marking.catch(() => {});
    await eventually(async () => {
      const waiting = 'select pid from pg_locks where pg_backend_pid() = any(pg_blocking_pids(pid))';
      return (await other.execute(waiting)).length > 0;
    });
    // After one second PostgreSQL cancels the transaction that waited first.
    await lock(first!);
  });
  await eventually(async () => (await waitingLines(em.fork(), id, { after: 0, limit: 2 })).length === 0);
});

test('an import that continues after a failure counts every line', async ({ actor, files }) => {
  const id = await files.start('users', manyLines(600));
  await expect(runBatch(id, crashing())).rejects.toThrow('died');
  await endImport(em, id, 'failed');
  await expectExact(id);
  await startImport(em, actor, id, null);
  await runBatch(id);
  await expectExact(id);
  await files.execute(id);
  await expectExact(id);
});

test('the results are right when counting starts over', async ({ files }) => {
  const id = await files.start('users', manyLines(600));
  await runBatch(id);
  await em.execute('update imports set counted_to = 0 where id = ?', [id]);
  await runBatch(id);
  await expectExact(id);
});

test('a batch reads no line that was counted before', async ({ files }) => {
  const id = await files.start('users', manyLines(1_100));
  await runBatch(id);
  const { created } = await countedFromLines(id);
  await em.fork().nativeDelete(ImportRow, { importId: id, line: { $lte: 501 } });
  await runBatch(id);
  const after = (await importById(em, id)).results!.created;
  expect(after).toBe(created + (await countedFromLines(id)).created);
});
