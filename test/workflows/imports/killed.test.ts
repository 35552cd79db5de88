import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { sqlOf } from '../../../database/core/tables.ts';
import { importById } from '../../../database/imports/imports.ts';
import { eventually, listed } from '../../../testing/cast/engine.ts';
import { startWorkerProcess } from '../../../testing/servers/worker-process.ts';
import { expectedCounts, ownImports } from './setting.ts';

const { own, em, engine, namespace, prefix, started, ended, countImported } = await ownImports();

test('an import whose worker is killed in the middle imports each line once', async () => {
  const count = 1_000;
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
      select o.id from offboardings o join users u on u.id = o.user_id where u.external_id like ${`${prefix()}-%`}`.execute(
      sqlOf(em),
    );
    return rows.every((row) => running.has(row.id));
  };
  await eventually(following, 60_000);
}, 300_000);
