import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cast, makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { eventually, ownEngine } from '../../testing/cast/engine.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { startWorkerProcess } from '../../testing/servers/worker-process.ts';
import { startWeb } from '../../testing/web/web.ts';

// A fault of other products: a killed process leaves work half done, lost or done twice.

const own = await ownDatabase();
const { database } = own;
const engine = await ownEngine(database);
const web = await startWeb(own, { TEMPORAL_NAMESPACE: engine.namespace }, { deadlineMs: 1_000 });
const startWorker = () => startWorkerProcess(own, engine.namespace);
const isAlive = () => eventually(async () => (await web.stranger().get('/health')).status === 200, 30_000);

const owner = new pg.Client({ connectionString: own.ownerUrl });
beforeAll(() => owner.connect());
afterAll(() => owner.end());
const one = async (text: string, ...values: unknown[]) => (await owner.query(text, values)).rows[0];

/** The effects of a completion. */
const effectsOf = ({ lena, mira, offboardingId }: Cast): Promise<Record<string, unknown>> =>
  one(
    `select (select status from users where id = $1) as status,
      (select state from offboardings where id = $3) as offboarding,
      (select count(*)::int from users where manager_id = $1) as reports,
      (select count(*)::int from audit_entries where user_id = $1 and action = 'user.offboarded') as audited,
      (select count(*)::int from audit_entries where action = 'user.manager_cleared'
        and details->>'offboardingId' = $3::text) as cleared,
      (select count(*)::int from notifications where user_id = $2 and about_user_id = $1
        and kind = 'offboarding_completed') as notified,
      (select count(*)::int from webhook_events where offboarding_id = $3 and type = 'user.offboarded') as events`,
    lena.id,
    mira.id,
    offboardingId,
  );

test('a worker killed in the completing transaction leaves nothing half done, and the next worker does all of it once', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  const before = await effectsOf(cast);
  const ivo = await web.signIn(cast.ivo.email);
  const worker = startWorker();
  await isAlive();

  // The lock stops the transaction after it has changed the person and their reports, before the notification.
  await owner.query('begin');
  await owner.query('lock table notifications in exclusive mode');
  const answer = ivo.post(`/offboarding/${cast.lena.id}/completion`, { token: randomUUID() });
  await eventually(async () => {
    const { waiting } = await one(
      `select count(*)::int as waiting from pg_locks where not granted and relation = 'notifications'::regclass`,
    );
    return waiting > 0;
  });
  await worker.kill();
  await owner.query('rollback');
  expect([202, 303]).toContain((await answer).status);
  expect(await effectsOf(cast)).toEqual(before);

  const next = startWorker();
  await eventually(async () => (await effectsOf(cast)).status === 'offboarded', 30_000);
  expect(await effectsOf(cast)).toEqual({
    status: 'offboarded',
    offboarding: 'completed',
    reports: 0,
    audited: 1,
    cleared: 2,
    notified: 1,
    events: 1,
  });
  await next.kill();
});
