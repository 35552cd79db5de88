import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { createToken } from '../../database/access/tokens.ts';
import { sqlOf } from '../../database/core/tables.ts';
import { Notification, User } from '../../database/entities/index.ts';
import { createRequest } from '../../database/inventory/requests.ts';
import { scopes } from '../../domain/access/scopes.ts';
import { type Cast, castPassword, makeCast } from '../../testing/cast/cast.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { apiAt, expectProblem, pointers } from '../../testing/web/api.ts';
import { type Browserlike, startWeb } from '../../testing/web/web.ts';

// ASVS 15.3.3, 15.3.6 and 15.3.7: users cannot set fields that no form offers them.

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
let cast: Cast;
let nora: Browserlike;
beforeAll(async () => {
  cast = await makeCast(own.database);
  nora = await web.signIn(cast.nora.email);
  // An open item makes a completion fail without Temporal.
  await createRequest(em, 'system', cast.timo.id, { item: 'Mouse', reason: null });
});

/** Fields in every spelling that no form of an admin has. */
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

/** Values that no form of an admin can set. */
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

test('a user who is added or edited gets only the fields of the form', async () => {
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

test('an employee changes only their own fields, and only those their page offers', async () => {
  const emil = await web.signIn(cast.emil.email);
  const mailsOf = async () =>
    (await em.fork().find(User, { id: { $ne: cast.emil.id } }, { orderBy: { id: 1 } })).map(
      ({ noMailAbout }) => noMailAbout,
    );
  const before = await guarded();
  const mails = await mailsOf();
  await emil.post('/me/mail', { ...fields, userId: String(cast.ada.id), user_id: String(cast.ada.id) });
  expect(await guarded()).toEqual(before);
  expect(await mailsOf()).toEqual(mails);

  const fork = em.fork();
  const notification = { kind: 'offboarding_completed', aboutUserId: cast.timo.id } as const;
  for (const userId of [cast.ada.id, cast.emil.id]) fork.create(Notification, { ...notification, userId });
  await fork.flush();
  const ids = { id: String(cast.ada.id), userId: String(cast.ada.id), user_id: String(cast.ada.id) };
  expect((await emil.post('/notifications/reading', { ...fields, ...ids, upTo: '999999' })).status).toBe(303);
  const unread = (userId: number) => em.fork().count(Notification, { userId, readAt: null });
  expect([await unread(cast.ada.id), await unread(cast.emil.id)]).toEqual([1, 0]);

  const own = { current: castPassword, password: 'seven quiet herons' };
  expect((await emil.post('/me/password', { ...fields, ...ids, ...own })).status).toBe(303);
  await web.signIn(cast.ada.email);
  await web.signIn(cast.emil.email, own.password);
});

test('a repeated field is invalid input', async () => {
  const cookie = [...nora.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const { status } = await fetch(`${web.address}/users/${cast.timo.id}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie, 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/x-www-form-urlencoded' },
    body: 'jobTitle=One&jobTitle=Two',
  });
  expect(status).toBe(422);
});

test('the API refuses unknown fields by name', async () => {
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
