import { expect } from 'vitest';
import { ImportRow } from '../../../database/entities/index.ts';
import { importById, startImport } from '../../../database/imports/imports.ts';
import { markLines, waitingLines } from '../../../database/imports/lines.ts';
import { endImport, executeBatch } from '../../../database/imports/progress.ts';
import { eventually } from '../../../testing/cast/engine.ts';
import { csvOf } from '../../../testing/cast/importing.ts';
import { importTests, mailOf, newId } from './setting.ts';

const { em, test } = await importTests();

/** Some hundred lines are a batch: a few of these go one by one, some are refused, some wait for their manager. */
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

const goOn = (importId: number, onStep = () => {}) => executeBatch(em, importId, { onStep, onDefect() {} });

/** What the lines themselves say. */
async function countedOneByOne(importId: number) {
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
  expect((await importById(em, importId)).results).toEqual(await countedOneByOne(importId));
}

/** Dies at the third line that goes by itself: the batch is half done. */
function dying() {
  let steps = 0;
  return () => {
    if (++steps === 4) throw new Error('The worker died');
  };
}

test('every line is counted once, batch by batch, also after a crash in the middle of one', async ({
  files,
}) => {
  const id = await files.begin('users', manyLines(1_100));
  await goOn(id);
  await expectExact(id);
  await expect(goOn(id, dying())).rejects.toThrow('died');
  expect((await countedOneByOne(id)).created).toBeGreaterThan((await importById(em, id)).results!.created);
  for (;;) {
    const { isOver, done } = await goOn(id);
    await expectExact(id);
    if (isOver) return expect(done).toBe(1_100);
  }
});

test('two who do the same batches at the same time count each line once', async ({ files }) => {
  const id = await files.begin('users', manyLines(1_100));
  for (let round = 0; round < 5; round++) {
    await Promise.all([goOn(id), goOn(id)]);
    await expectExact(id);
  }
  expect((await importById(em, id)).state).toBe('done');
});

test('of two who wait for each other’s lines the one that gives way begins anew', async ({ files }) => {
  const id = await files.begin('users', manyLines(2));
  const [first, second] = await waitingLines(em.fork(), id, 2);
  await em.fork().transactional(async (other) => {
    const lock = (line: number) =>
      other.execute('select from import_rows where import_id = ? and line = ? for update', [id, line]);
    await lock(second!);
    const settling = markLines(em.fork(), id, [first!, second!], 'unchanged');
    settling.catch(() => {});
    await eventually(async () => {
      const waiting = 'select pid from pg_locks where pg_backend_pid() = any(pg_blocking_pids(pid))';
      return (await other.execute(waiting)).length > 0;
    });
    // PostgreSQL ends the wait of whoever waited first, after a second.
    await lock(first!);
  });
  await eventually(async () => (await waitingLines(em.fork(), id, 2)).length === 0);
});

test('an import that goes on after it stopped is counted to its end', async ({ actor, files }) => {
  const id = await files.begin('users', manyLines(600));
  await expect(goOn(id, dying())).rejects.toThrow('died');
  await endImport(em, id, 'failed');
  await expectExact(id);
  await startImport(em, actor, id, null);
  await goOn(id);
  await expectExact(id);
  await files.carryOut(id);
  await expectExact(id);
});

test('lines are counted again when the count starts over', async ({ files }) => {
  const id = await files.begin('users', manyLines(600));
  await goOn(id);
  await em.execute('update imports set counted_to = 0 where id = ?', [id]);
  await goOn(id);
  await expectExact(id);
});

test('a batch counts no line that was counted before', async ({ files }) => {
  const id = await files.begin('users', manyLines(1_100));
  await goOn(id);
  const { created } = await countedOneByOne(id);
  await em.fork().nativeDelete(ImportRow, { importId: id, line: { $lte: 501 } });
  await goOn(id);
  const after = (await importById(em, id)).results!.created;
  expect(after).toBe(created + (await countedOneByOne(id)).created);
});
