import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { User } from '../../database/entities/index.ts';
import { createRequest } from '../../database/requests.ts';
import { sqlOf } from '../../database/tables.ts';
import { createToken } from '../../database/tokens.ts';
import { scopes } from '../../domain/scopes.ts';
import { apiAt, expectProblem, pointers } from '../support/api.ts';
import { type Cast, makeCast } from '../support/cast.ts';
import { ownDatabase } from '../support/database.ts';
import { routesOf } from '../support/routes.ts';
import { type Browserlike, startWeb } from '../support/web.ts';

// ASVS 15.3.3, 15.3.6 and 15.3.7: nobody sets what no form offers them.

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
let cast: Cast;
let nora: Browserlike;
beforeAll(async () => {
  cast = await makeCast(own.database);
  nora = await web.signIn(cast.nora.email);
  // With something open, so that a completion is refused without asking an engine.
  await createRequest(em, 'system', cast.timo.id, { item: 'Mouse', reason: null });
});

/** What an admin may do, with fields in every spelling that no form of an admin has. */
const fields = {
  id: '1',
  role: 'super-admin',
  'user[role]': 'super-admin',
  passwordHash: '$argon2id$v=19$m=64,t=1,p=1$AQEBAQ$AQEB',
  password_hash: 'x',
  password: 'nine lively otters and one more',
  offboardingCompletedAt: '2020-01-01',
  offboarding_completed_at: '2020-01-01',
  assignable: 'false',
  managed: 'false',
  revision: '999',
  createdAt: '2000-01-01',
  seatsUsed: '0',
  seats_used: '0',
  createdBy: '1',
  actor: 'system',
  completedBy: 'system',
  sourceUpdatedAt: '{}',
  __proto__: 'x',
  'constructor[prototype][role]': 'super-admin',
};

/** What nobody sets by a form of an admin. */
async function guarded(): Promise<unknown> {
  const { rows } = await sql`
    select (select jsonb_agg(jsonb_build_array(id, role, password_hash, offboarding_completed_at, created_at,
        source_updated_at) order by id) from users where id <= ${cast.emil.id}) as users,
      (select jsonb_agg(jsonb_build_array(id, seats_used, created_at) order by id) from licenses
        where id <= ${cast.license.id}) as licenses,
      (select count(*) from users where role <> 'employee') as "withRoles",
      (select count(*) from api_tokens) as tokens,
      (select count(*) from audit_entries where actor = 'system' and user_id is not null) as "bySystem"`.execute(
    sqlOf(em.fork()),
  );
  return rows[0];
}

/**
 * Forms that say which row is meant and at most a password, a token, a moment or a choice of their own; files, whose
 * columns are named; the API, which refuses what it does not know.
 */
const takesNoColumn =
  /^POST \/(api|session|unsubscribe|invitation|me|mails|notifications|imports|seats|offboarding|users\/:\w+\/sessions|settings\/(tokens|webhooks)\/:\w+\/)/;

/** A value of each type that nothing in the cast has. */
const smuggled: Record<string, string> = {
  int4: '424242',
  int8: '424242',
  date: '1987-06-05',
  timestamptz: '1987-06-05T04:03:02Z',
  jsonb: '{"smuggled":1}',
};

/** The columns of what forms are about, in both spellings, as fields of a form. */
async function theirColumns(): Promise<Record<string, string>> {
  const { rows } = await sql<{ name: string; type: string }>`
    select distinct column_name as name, udt_name as type from information_schema.columns
    where table_schema = 'public' and table_name in ('users', 'offboardings', 'assets', 'assignments', 'licenses',
      'seats', 'requests', 'api_tokens', 'webhook_endpoints', 'workspace', 'one_time_links')`.execute(
    sqlOf(em.fork()),
  );
  const camel = (name: string) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
  return Object.fromEntries(
    rows.flatMap(({ name, type }) =>
      [name, camel(name)].map((spelt) => [spelt, smuggled[type] ?? 'smuggled']),
    ),
  );
}

/** The tables with a row that holds one of those values. */
async function tablesWithSmuggled(): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public'
      and table_type = 'BASE TABLE'`.execute(sqlOf(em.fork()));
  const found = [];
  for (const { name } of rows) {
    const { rows: rowsOfIt } = await sql`
      select 1 from ${sql.table(name)} t where to_jsonb(t)::text ~ 'smuggled|424242|1987-06-05' limit 1`.execute(
      sqlOf(em.fork()),
    );
    if (rowsOfIt.length > 0) found.push(name);
  }
  return found;
}

test('a form that is taken sets what it shows, and no other column of any table', async () => {
  const { ada, emil, timo, lena, laptop, spare, license, requestId } = await makeCast(own.database);
  const browser = await web.signIn(ada.email);
  const person = {
    department: '',
    jobTitle: 'Cook',
    startDate: '',
    endDate: '',
    timeZone: '',
    status: 'active',
  };
  const named = {
    name: 'Ines',
    email: 'ines@lastday.example',
    externalId: 'I-1',
    manager: '',
    managerId: '',
  };
  const asset = { tag: 'MA-1', serial: '', model: 'X1', location: '', status: 'in_stock' };
  const recovery = {
    condition: 'good',
    nextStatus: 'in_stock',
    note: '',
    assignmentId: String(laptop.assignmentId),
  };
  const forms: [string, Record<string, string>][] = [
    ['/users', { ...person, ...named, managerSearched: '' }],
    [
      `/users/${timo.id}`,
      { ...person, ...named, email: 'timo@new.example', externalId: 'T-1', managerSearched: '' },
    ],
    [`/users/${timo.id}/end-date`, { endDate: '2031-01-31' }],
    [`/users/${emil.id}/role`, { role: 'it-admin' }],
    [`/users/${emil.id}/invitation`, {}],
    ['/assets', asset],
    [`/assets/${spare.id}`, { ...asset, tag: 'MA-2' }],
    [`/assets/${spare.id}/assignment`, { userId: String(timo.id) }],
    [`/assets/${laptop.id}/recovery`, recovery],
    ['/licenses', { name: 'Miro', vendor: '', seatsTotal: '3' }],
    [`/licenses/${license.id}`, { name: 'Figma', vendor: '', seatsTotal: '9' }],
    [`/licenses/${license.id}/seats`, { userId: String(timo.id) }],
    ['/requests', { userId: String(timo.id), item: 'Monitor', reason: '' }],
    [`/requests/${requestId}/approval`, {}],
    [`/requests/${requestId}/resolution`, { outcome: 'rejected', note: '', assetId: '' }],
    [`/offboarding/${lena.id}/cancellation`, {}],
    ['/settings/tokens', { name: 'feed', scopes: 'users:read' }],
    [
      '/settings/webhooks',
      { url: 'https://hooks.example/x', description: '', eventTypes: 'user.offboarded' },
    ],
    [
      '/settings/webhooks/1',
      { url: 'https://hooks.example/y', description: '', eventTypes: 'user.offboarded' },
    ],
    ['/settings/workspace', { name: 'Nordwind', timeZone: 'Europe/Oslo' }],
    ['/settings/workspace/imports', { dateFormat: 'YYYY-MM-DD', brakeCount: '7', brakePercent: '3' }],
    ['/settings/workspace/reminders', { remindDaysBefore: '7', remindOverdueEvery: '3', digestHour: '8' }],
  ];
  const columns = await theirColumns();
  const shapeOf = (path: string) => path.replaceAll(/:\w+|\d+/g, '…');
  const shapes = new Set(forms.map(([path]) => shapeOf(path)));
  const notTried = routesOf(web.app)
    .filter((route) => route.startsWith('POST ') && !takesNoColumn.test(route))
    .filter((route) => !shapes.has(shapeOf(route.slice('POST '.length))));
  expect(notTried).toEqual([]);
  for (const [path, own] of forms) {
    const answer = await browser.post(path, { ...columns, ...own });
    expect([path, answer.status]).toEqual([path, 303]);
    expect([path, await tablesWithSmuggled()]).toEqual([path, []]);
  }
});

test('a person who is added or edited gets what the form says, and nothing besides', async () => {
  const before = await guarded();
  const person = { name: 'Ines', email: `ines.${cast.ada.id}@lastday.example`, jobTitle: 'Designer' };
  expect((await nora.post('/users', { ...fields, ...person })).status).toBe(303);
  const ines = await em.fork().findOneOrFail(User, { email: person.email }, { populate: ['passwordHash'] });
  expect(ines).toMatchObject({
    ...person,
    role: 'employee',
    passwordHash: null,
    offboardingCompletedAt: null,
  });
  expect(ines.createdAt.getFullYear()).toBeGreaterThan(2020);

  expect((await nora.post(`/users/${cast.timo.id}`, { ...fields, jobTitle: 'Writer' })).status).toBe(303);
  expect((await em.fork().findOneOrFail(User, { id: cast.timo.id })).jobTitle).toBe('Writer');
  expect(await guarded()).toEqual(before);
});

test('an employee changes nobody but themselves, and nothing but what their page offers', async () => {
  const emil = await web.signIn(cast.emil.email);
  const mailsOf = async () =>
    (await em.fork().find(User, { id: { $ne: cast.emil.id } }, { orderBy: { id: 1 } })).map(
      ({ noMailAbout }) => noMailAbout,
    );
  const before = await guarded();
  const mails = await mailsOf();
  await emil.post('/me/mail', { ...fields, userId: String(cast.ada.id), user_id: String(cast.ada.id) });
  await emil.post('/notifications/reading', { ...fields, upTo: '999999', userId: String(cast.ada.id) });
  await emil.post('/me/password', { ...fields, current: 'wrong one', userId: String(cast.ada.id) });
  expect(await guarded()).toEqual(before);
  expect(await mailsOf()).toEqual(mails);
});

test('a field that is sent twice is bad input, not a way around a check', async () => {
  const cookie = [...nora.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const { status } = await fetch(`${web.address}/users/${cast.timo.id}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie, 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/x-www-form-urlencoded' },
    body: 'jobTitle=One&jobTitle=Two',
  });
  expect(status).toBe(422);
});

test('the API refuses every field that it does not know, by name', async () => {
  const { value } = await createToken(em, 'system', { name: 'all', scopes });
  const call = apiAt(web.address, value);
  const before = await guarded();
  const unknown = Object.keys(fields).filter((name) => name !== '__proto__');
  const body = (more: object) =>
    JSON.stringify({ ...fields, ...more }).replace('{', '{"__proto__":{"role":"super-admin"},');
  const writing = [
    ['PUT', `/users/${cast.emil.externalId}`, { name: 'Emil', email: cast.emil.email }],
    ['PATCH', `/users/${cast.emil.externalId}`, { jobTitle: 'x' }],
    ['POST', `/assets/${cast.spare.tag}/assignment`, { userExternalId: cast.emil.externalId }],
    ['POST', `/assets/${cast.laptop.tag}/recovery`, { condition: 'good', nextStatus: 'in_stock' }],
    ['POST', `/users/${cast.emil.externalId}/seats`, { licenseId: cast.license.id }],
    ['POST', `/users/${cast.emil.externalId}/requests`, { item: 'Mouse' }],
    ['POST', `/users/${cast.emil.externalId}/completion`, {}],
  ] as const;
  for (const [method, path, right] of writing) {
    const answer = await call(method, path, { body: body(right) });
    expectProblem(answer, 422, 'invalid-input');
    const named = pointers(answer).map((pointer) => pointer.slice(1));
    expect(named, path).toEqual(expect.arrayContaining(unknown.filter((name) => !(name in right))));
  }
  expect(await guarded()).toEqual(before);
  expect(({} as Record<string, unknown>).role).toBeUndefined();
});
