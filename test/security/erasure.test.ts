import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AuditEntry, User } from '../../database/entities/index.ts';
import { createRequest, resolveRequest } from '../../database/inventory/requests.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { makeFormerEmployee } from '../../testing/cast/former-employees.ts';
import { ownDatabase } from '../../testing/servers/database.ts';

// (R23) The one way to change the audit trail, in the hands of an attacker who has the application's role.

const own = await ownDatabase();
const { em } = own.database;
const cast = await makeCast(own.database);
const gone = await makeFormerEmployee(own.database);
const requestId = await createRequest(em, 'system', cast.emil.id, { item: 'Desk', reason: null });
await resolveRequest(em, 'system', requestId, {
  outcome: 'rejected',
  note: `Ask ${gone.name}`,
  assetId: null,
});

const app = new pg.Client({ connectionString: own.url });
const owner = new pg.Client({ connectionString: own.ownerUrl });
beforeAll(async () => void (await Promise.all([app.connect(), owner.connect()])));
afterAll(async () => void (await Promise.all([app.end(), owner.end()])));

const entries = () => em.fork().find(AuditEntry, {}, { orderBy: { id: 1 } });

/** Runs statements in one transaction of a role, and undoes it. Returns the error code, or `done`. */
async function attempt(client: pg.Client, ...statements: string[]): Promise<string> {
  await client.query('begin');
  try {
    for (const statement of statements) await client.query(statement);
    return 'done';
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    await client.query('rollback');
  }
}

const notAllowed = '42501';
const asIfErasing = (userId: number) =>
  `select set_config('lastday.erasure', '{"person": ${userId}, "own": ".", "identifying": "."}', false)`;

describe('the function that erases from the audit trail', () => {
  test.each([
    ['a person who stays', () => [`select erase_from_trail(${cast.emil.id})`]],
    ['a leaver', () => [`select erase_from_trail(${cast.lena.id})`]],
    ['nobody', () => ['select erase_from_trail(0)']],
    ['everybody', () => ['select erase_from_trail(null)']],
    [
      'a person who stays, by a table of the same name',
      () => [
        `create temporary table users (id int, offboarding_completed_at timestamptz, erased_at timestamptz)`,
        `insert into users values (${cast.emil.id}, now(), null)`,
        `set local search_path = pg_temp, public`,
        `select public.erase_from_trail(${cast.emil.id})`,
      ],
    ],
    ['a direct update', () => [asIfErasing(gone.id), `update audit_entries set details = '{}'`]],
    [
      'another body',
      () => [
        `create or replace function erase_from_trail(person int) returns int language sql security definer as 'select 1'`,
      ],
    ],
    ['another function before it', () => [`alter function erase_from_trail(int) set search_path = pg_temp`]],
  ])('refuses %s', async (_, statements) => {
    const before = await entries();
    expect(await attempt(app, ...statements())).toBe(notAllowed);
    expect(await entries()).toEqual(before);
  });

  test('does nothing else with other settings, and changes only its keys of the entries that name the person', async () => {
    const before = await entries();
    await app.query(asIfErasing(cast.emil.id));
    await app.query(`select erase_from_trail(${gone.id})`);
    await app.query('reset lastday.erasure');
    const after = await entries();
    const changed = after.filter((entry, place) => JSON.stringify(entry) !== JSON.stringify(before[place]));
    expect(after.length).toBe(before.length);
    expect(changed.map(({ action, userId, details }) => ({ action, userId, details }))).toEqual([
      {
        action: 'user.created',
        userId: gone.id,
        details: { name: `Former employee #${gone.id}`, email: `Former employee #${gone.id}` },
      },
      {
        action: 'request.resolved',
        userId: cast.emil.id,
        details: expect.objectContaining({ item: 'Desk', note: `Ask Former employee #${gone.id}` }),
      },
    ]);
    for (const entry of changed)
      expect(entry).toMatchObject({
        ...before.find(({ id }) => id === entry.id),
        details: entry.details,
      });
  });

  test('is called by no other role', async () => {
    const { rows } = await owner.query(
      `select count(*)::int as count from pg_proc p, aclexplode(p.proacl) a where p.proname = 'erase_from_trail' and a.grantee = 0`,
    );
    expect(rows).toEqual([{ count: 0 }]);
  });
});

test('the owner erases nobody but former employees, and writes nothing else', async () => {
  const change = `update audit_entries set actor = 'system', action = 'x', details = '{}', user_id = null`;
  for (const person of [cast.emil.id, 0])
    expect(await attempt(owner, asIfErasing(person), change)).toBe(notAllowed);
  expect(await attempt(owner, change)).toBe(notAllowed);
  const before = await entries();
  await owner.query(asIfErasing(gone.id));
  await owner.query(change);
  await owner.query('reset lastday.erasure');
  const after = await entries();
  expect(after.map(({ id, actor, action, userId }) => ({ id, actor, action, userId }))).toEqual(
    before.map(({ id, actor, action, userId }) => ({ id, actor, action, userId })),
  );
  expect(await em.fork().findOneOrFail(User, { id: gone.id })).toMatchObject({ name: gone.name });
});
