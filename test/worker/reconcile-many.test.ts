import { expect, it } from 'vitest';
import { makeLog } from '../../config/log.ts';
import { setEndDate } from '../../database/offboarding/offboardings.ts';
import { addDays, todayIn } from '../../domain/dates.ts';
import type { WorkerClient } from '../../engine/client.ts';
import { eventually, listed, ownEngine } from '../../testing/cast/engine.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { createReconciler } from '../../worker/reconcile.ts';

const { database } = await ownDatabase();
// Nobody works here: what matters is which workflows are there.
const { engine, sendBatch, relay, handleOf } = await ownEngine(database);

/** More than two pages of the engine's list. */
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

/** A reconciler, and how often it has looked at the workflows themselves. */
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

it('misses nobody of more leavers than the engine lists at once', async () => {
  const { looks, reconcile } = watched();
  await reconcile();
  expect(await toBeTold()).toEqual([]);
  expect(looks.pages).toBeGreaterThan(2);
});

it('counts, and looks at nobody again, while as many workflows run as should', async () => {
  const { looks, reconcile } = watched();
  await reconcile();
  const { pages } = looks;
  await reconcile();
  expect(looks.pages).toBe(pages);
});

it('looks at everybody from time to time although the numbers agree', async () => {
  const { looks, reconcile } = watched({ fullCheckIntervalMs: 200 });
  await reconcile();
  const { pages } = looks;
  await new Promise((resolve) => setTimeout(resolve, 250));
  await reconcile();
  expect(looks.pages).toBe(2 * pages);
});

it('finds the one that has gone, and looks until the numbers agree again', async () => {
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

it('comes back to one that was told too lately to be called missing', async () => {
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

it('looks at nobody again because of a process that outlives its offboarding', async () => {
  const { looks } = watched();
  // Its offboarding is closed, and it waits for a person with a step that failed: it shows that it is over.
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
