import { expect, test } from 'vitest';
import { makeLog } from '../../config/log.ts';
import { setEndDate } from '../../database/offboarding/offboardings.ts';
import { addDays, todayIn } from '../../domain/dates.ts';
import type { WorkerClient } from '../../engine/client.ts';
import { eventually, listed, ownEngine } from '../../testing/cast/engine.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { createReconciler } from '../../worker/reconcile.ts';

const { database } = await ownDatabase();
// No worker runs here: the tests check only which workflows exist.
const { engine, sendBatch, relay, handleOf } = await ownEngine(database);

/** More than two pages of Temporal's workflow list. */
const count = 450;
const query = <Row>(statement: string, values: unknown[] = []): Promise<Row[]> =>
  database.em.fork().execute(statement, values);

const people = await query<{ id: number }>(`
  insert into users (name, email, external_id)
  select 'Leaver ' || n, 'leaver' || n || '@many.example', 'many-' || n from generate_series(1, ${count}) n returning id`);
const lastDay = addDays(todayIn('UTC', new Date()), 10);
for (const { id } of people) await setEndDate(database.em, 'system', id, lastDay);
await relay();
await eventually(async () => (await listed(engine)).size === count, 60_000);

const toBeTold = async () =>
  (
    await query<{ id: number }>('select offboarding_id as id from outbox where sent_at is null order by id')
  ).map(({ id }) => id);

/** A reconciler, and the number of times it has listed the workflows. */
function watched(more: { fullCheckIntervalMs?: number; lagMs?: number } = {}) {
  const looks = { pages: 0 };
  const watching: WorkerClient = {
    ...engine,
    runningOffboardings(from) {
      looks.pages++;
      return engine.runningOffboardings(from);
    },
  };
  const reconcile = createReconciler({
    database,
    engine: watching,
    sendBatch,
    log: makeLog('worker', 'silent'),
    lagMs: 0,
    ...more,
  });
  return { looks, reconcile };
}

test('reconcile finds all of more leavers than Temporal lists on a page', async () => {
  const { looks, reconcile } = watched();
  await reconcile();
  expect(await toBeTold()).toEqual([]);
  expect(looks.pages).toBeGreaterThan(2);
});

test('reconcile only counts workflows while the count is right', async () => {
  const { looks, reconcile } = watched();
  await reconcile();
  const { pages } = looks;
  await reconcile();
  expect(looks.pages).toBe(pages);
});

test('reconcile checks every workflow from time to time although the count is right', async () => {
  const { looks, reconcile } = watched({ fullCheckIntervalMs: 200 });
  await reconcile();
  const { pages } = looks;
  await new Promise((resolve) => setTimeout(resolve, 250));
  await reconcile();
  expect(looks.pages).toBe(2 * pages);
});

test('reconcile finds a missing workflow, and checks until the count is right again', async () => {
  const { looks, reconcile } = watched();
  await reconcile();
  const [one] = await query<{ id: number }>('select max(id) as id from offboardings');
  await handleOf(one!.id).terminate();
  await eventually(async () => {
    await reconcile();
    return (await toBeTold()).length > 0;
  });
  expect(await toBeTold()).toEqual([one!.id]);
  const { pages } = looks;
  await relay();
  await eventually(async () => (await listed(engine)).size === count);
  await reconcile();
  expect(looks.pages).toBeGreaterThan(pages);
  expect(await toBeTold()).toEqual([]);
});

test('reconcile rechecks a workflow that was signalled too recently to count as missing', async () => {
  const [one] = await query<{ id: number }>('select max(id) as id from offboardings');
  await handleOf(one!.id).terminate();
  await eventually(async () => (await listed(engine)).size === count - 1);
  await query(`update outbox set sent_at = now() where offboarding_id = ${one!.id}`);
  const { reconcile } = watched({ lagMs: 1_500 });
  await reconcile();
  expect(await toBeTold()).toEqual([]);
  await new Promise((resolve) => setTimeout(resolve, 1_600));
  await reconcile();
  expect(await toBeTold()).toEqual([one!.id]);
  await relay();
  await eventually(async () => (await listed(engine)).size === count);
});

test('reconcile does not recheck because of a workflow that outlives its offboarding', async () => {
  const { looks } = watched();
  // The offboarding is closed, and its workflow waits for an operator after a failed activity.
  const [last] = await query<{ id: number }>('select max(id) as id from offboardings');
  await query(
    `update offboardings set state = 'cancelled', closed_at = now(), cancelled_by = 'system' where id = ${last!.id}`,
  );
  const over: WorkerClient = {
    ...engine,
    async runningOffboardings(from) {
      looks.pages++;
      const page = await engine.runningOffboardings(from);
      const shown = page.running.get(last!.id);
      if (shown) page.running.set(last!.id, { ...shown, isOver: true });
      return page;
    },
  };
  const reconcileIt = createReconciler({
    database,
    engine: over,
    sendBatch,
    log: makeLog('worker', 'silent'),
    lagMs: 0,
  });
  await reconcileIt();
  const { pages } = looks;
  await reconcileIt();
  expect(looks.pages).toBe(pages);
  expect(await toBeTold()).toEqual([]);
});
