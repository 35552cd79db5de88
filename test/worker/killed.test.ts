import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { sqlOf } from '../../database/core/tables.ts';
import { createEndpoint } from '../../database/webhooks/endpoints.ts';
import { complete } from '../../engine/contract.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { eventually, ownEngine, testDependencies } from '../../testing/cast/engine.ts';
import { startReceiver } from '../../testing/outside/receiver.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { startWorkerProcess } from '../../testing/servers/worker-process.ts';

const own = await ownDatabase();
const { database } = own;
const { namespace, ask } = await ownEngine(database);
const em = () => sqlOf(database.em.fork());

test('a worker killed between a completion and its effects leaves them to the next worker, each once', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  let isHanging = true;
  const receiver = await startReceiver((_request, response) => {
    if (!isHanging) response.end();
  });
  const fields = { url: receiver.url, description: null, eventTypes: ['user.offboarded' as const] };
  await createEndpoint(database.em, `user:${cast.ada.id}`, fields, testDependencies(database).secretBox);

  const first = startWorkerProcess(own, namespace);
  const answer = ask(complete, cast.offboardingId, { actor: `user:${cast.ivo.id}` });
  await eventually(async () => receiver.received.length === 1);
  await first.kill();
  isHanging = false;
  expect((await answer).outcome).toBe('completed');

  startWorkerProcess(own, namespace);
  await eventually(async () => {
    const { rows } = await sql`select 1 from webhook_deliveries where state = 'delivered'`.execute(em());
    return rows.length === 1;
  }, 45_000);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  const { rows } = await sql`
    select
      (select count(*) from audit_entries where action = 'user.offboarded' and user_id = ${cast.lena.id}) as completed,
      (select count(*) from audit_entries where action = 'user.manager_cleared') as cleared,
      (select count(*) from notifications where kind = 'offboarding_completed') as notified,
      (select count(*) from webhook_deliveries) as deliveries,
      (select count(*) from webhook_attempts) as attempts`.execute(em());
  expect(rows).toEqual([{ completed: 1, cleared: 2, notified: 1, deliveries: 1, attempts: 1 }]);
}, 90_000);
