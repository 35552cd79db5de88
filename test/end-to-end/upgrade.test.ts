import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { hashPassword } from '../../database/access/passwords.ts';
import { connect } from '../../database/core/orm.ts';
import { secretBox } from '../../database/core/secret-box.ts';
import { castPassword } from '../../testing/cast/cast.ts';
import { eventually, ownEngine, testKey } from '../../testing/cast/engine.ts';
import { startReceiver } from '../../testing/outside/receiver.ts';
import { emptyDatabase } from '../../testing/servers/database.ts';
import { createFirstSchema } from '../../testing/servers/first-schema.ts';
import { startWebProcess } from '../../testing/servers/web-process.ts';
import { startWorkerProcess } from '../../testing/servers/worker-process.ts';

/** The last migration of the first version. */
const firstVersion = 'Migration20261201000001_Laws';

const root = new URL('../../', import.meta.url);
const later = readdirSync(new URL('database/migrations/', root))
  .filter((file) => file.startsWith('Migration'))
  .map((file) => file.replace('.ts', ''))
  .filter((name) => name > firstVersion);

const own = await emptyDatabase();
const receiver = await startReceiver();

/** Writes the data of the first version with SQL, because today's code would write today's data. */
async function insertOldData(): Promise<void> {
  const client = new pg.Client(own.ownerUrl);
  await client.connect();
  await client.query(`
    insert into users (id, name, email, external_id, role, manager_id, end_date, status, revision, offboarding_completed_at) values
      (1, 'Ada Lindqvist', 'ada@halden.example', 'E-1', 'super-admin', null, null, 'active', 0, null),
      (2, 'Mira Holt', 'mira@halden.example', 'E-2', 'employee', null, null, 'active', 0, null),
      (3, 'Lena Brandt', 'lena@halden.example', 'E-3', 'employee', 2, current_date + 3, 'active', 7, null),
      (4, 'Rosa Díaz', 'rosa@halden.example', 'E-4', 'employee', 3, null, 'active', 1, null),
      (5, 'Gone Before', 'gone@halden.example', 'E-5', 'employee', null, current_date - 30, 'offboarded', 4, now() - interval '30 days');
    insert into offboardings (id, user_id, state, opened_at, opened_by, closed_at, completed_by) values
      (1, 5, 'completed', now() - interval '60 days', 'user:1', now() - interval '30 days', 'user:1'),
      (2, 3, 'open', now() - interval '20 days', 'user:1', null, null);
    insert into assets (id, tag, model, status) values (1, 'LT-1', 'ThinkPad T14', 'assigned'), (2, 'LT-2', 'ThinkPad T14', 'in_stock');
    insert into assignments (id, asset_id, user_id, returned_at, condition) values (1, 1, 3, null, null), (2, 2, 5, now() - interval '31 days', 'good');
    insert into licenses (id, name, vendor, seats_total) values (1, 'Figma', 'Figma', 5);
    insert into seats (id, license_id, user_id) values (1, 1, 3);
    insert into requests (id, user_id, item, status) values (1, 3, 'Second monitor', 'pending');
    insert into reminders (offboarding_id, last_day, kind, days, due_at, fired_at)
      values (2, current_date + 3, 'before_last_day', 7, now() - interval '4 days', now() - interval '4 days'),
        (2, current_date + 3, 'before_last_day', 1, now() + interval '2 days', null);
    insert into notifications (user_id, kind, about_user_id, created_at) values (1, 'offboarding_completed', 5, now() - interval '30 days');
    insert into audit_entries (actor, action, user_id, at) values ('user:1', 'user.offboarded', 5, now() - interval '30 days');
    insert into outbox (user_id, offboarding_id, facts, sent_at) values (3, 2, '{lastDay}', now() - interval '3 days');
    insert into webhook_events (id, type, data, offboarding_id, created_at)
      values ('evt_old', 'user.offboarded', '{"user":{"id":5}}', 1, now() - interval '30 days');`);
  await client.query(`update users set password_hash = $1 where id = 1`, [await hashPassword(castPassword)]);
  await client.query(
    `insert into webhook_endpoints (id, url, event_types, secret_encrypted) values (1, $1, '{user.offboarded}', $2)`,
    [receiver.url, secretBox(testKey).seal('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')],
  );
  await client.query(`
    insert into webhook_deliveries (event_id, endpoint_id, state, closed_at) values ('evt_old', 1, 'delivered', now() - interval '30 days');
    do $$ declare name text; begin
      foreach name in array '{users,offboardings,assets,assignments,licenses,seats,requests,webhook_endpoints}'::text[] loop
        execute format('select setval(pg_get_serial_sequence(%L, %L), 100)', name, 'id');
      end loop;
    end $$;`);
  await client.end();
}

test('a database of the first version is migrated, and its open offboarding can be completed', async () => {
  await createFirstSchema(own.ownerUrl);
  await insertOldData();
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [fileURLToPath(new URL('scripts/migrate.ts', root))],
    { env: { ...process.env, DATABASE_URL: own.url, MIGRATION_DATABASE_URL: own.ownerUrl } },
  );
  const applied = later.map((name) => `Applied ${name}`);
  expect(stdout.trim().split('\n')).toEqual(applied.length > 0 ? applied : ['The schema is up to date']);

  const database = await connect(own.url);
  afterAll(() => database.close());
  const engine = await ownEngine(database);
  startWorkerProcess(own, engine.namespace);
  const web = await startWebProcess(own, engine.namespace);
  await eventually(async () => (await web.stranger().get('/health')).status === 200, 40_000);
  const ada = await web.signIn('ada@halden.example');
  expect((await ada.get('/offboarding')).text).toContain('Lena Brandt');
  const person = await ada.get('/offboarding/3');
  for (const word of ['LT-1', 'Figma', 'Second monitor']) expect(person.text).toContain(word);
  for (const path of [
    '/audit',
    '/notifications',
    '/assets/1',
    '/licenses/1',
    '/requests/1',
    '/users/5',
    '/settings/webhooks/1/deliveries',
  ])
    expect((await ada.get(path)).status).toBe(200);

  // The reconciler starts the workflow, because Temporal has none of the first version here.
  await eventually(
    () =>
      engine
        .handleOf(2)
        .describe()
        .then(
          ({ historyLength }) => historyLength > 5,
          () => false,
        ),
    45_000,
  );
  const post = (path: string, fields: Record<string, string>) =>
    ada.post(path, { token: randomUUID(), ...fields });
  expect((await post('/offboarding/3/completion', {})).status).toBe(409);
  expect(
    (await post('/assets/1/recovery', { condition: 'good', nextStatus: 'in_stock', note: '' })).status,
  ).toBe(303);
  expect((await post('/seats/1/revocation', {})).status).toBe(303);
  expect((await post('/requests/1/resolution', { outcome: 'rejected', note: '' })).status).toBe(303);
  expect((await post('/offboarding/3/completion', {})).status).toBe(303);
  await eventually(async () => receiver.received.length === 1, 20_000);
  expect(JSON.parse(receiver.received[0]!.body)).toMatchObject({
    type: 'user.offboarded',
    data: { user: { externalId: 'E-3' } },
  });
  const [rosa] = await database.em.fork().execute('select manager_id from users where id = 4');
  expect(rosa).toEqual({ manager_id: null });
}, 180_000);
