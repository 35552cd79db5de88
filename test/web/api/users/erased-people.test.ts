import { expect, test } from 'vitest';
import { createToken } from '../../../../database/access/tokens.ts';
import { AuditEntry, ImportRow, User } from '../../../../database/entities/index.ts';
import { erasePerson } from '../../../../database/people/erasure.ts';
import { makeFormerEmployee } from '../../../../testing/cast/former-employees.ts';
import { csvOf, importing } from '../../../../testing/cast/importing.ts';
import { ownDatabase } from '../../../../testing/servers/database.ts';
import { apiAt } from '../../../../testing/web/api.ts';
import { startWeb } from '../../../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
const { value } = await createToken(em, 'system', { name: 'hr', scopes: ['users:read', 'users:write'] });
const call = apiAt(web.address, value);
const gone = await makeFormerEmployee(own.database);
await erasePerson(em, 'system', gone.id);

const stored = () => em.fork().findOneOrFail(User, { id: gone.id });
const erased = {
  id: gone.id,
  externalId: gone.externalId,
  name: `Former employee #${gone.id}`,
  email: null,
  jobTitle: null,
  status: 'offboarded',
};
const warnings = [{ pointer: '', detail: "This person's data was erased, so nothing was stored." }];

test('(R23) the API shows an erased person under their external id', async () => {
  const path = `/users/${gone.externalId}`;
  expect((await call('GET', path)).json).toMatchObject(erased);
  expect((await call('GET', `/users?externalId=${gone.externalId}`)).json.items).toMatchObject([erased]);
});

test.each([
  ['PATCH', { name: gone.name }],
  ['PATCH', { email: gone.email, jobTitle: 'Accountant', department: 'Sales' }],
  ['PATCH', { endDate: null, status: 'active', managerExternalId: 'nobody' }],
  ['PATCH', { name: gone.name, sourceUpdatedAt: '2026-05-01T00:00:00Z' }],
  ['PUT', { name: gone.name, email: gone.email, jobTitle: 'Accountant', endDate: '2027-01-31' }],
])('(R23) %s %j is 200 with a warning, and stores nothing', async (method, body) => {
  const [before, entries] = [await stored(), await em.fork().count(AuditEntry)];
  const { status, json } = await call(method, `/users/${gone.externalId}`, { body });
  expect([status, json.warnings]).toEqual([200, warnings]);
  expect(json).toMatchObject({ ...erased, revision: before.revision });
  expect(await stored()).toEqual(before);
  expect(await em.fork().count(AuditEntry)).toBe(entries);
});

test('(R23) a line about an erased person is unchanged, and keeps only the external id', async () => {
  const before = await stored();
  const { run, lines } = importing(own.database, 'system');
  const header = ['externalId', 'name', 'email', 'jobTitle', 'endDate', 'status'];
  const about = [gone.externalId, gone.name, gone.email, 'Accountant', '2027-01-31', 'active'];
  const broken = [gone.externalId, gone.name, gone.email, 'x'.repeat(500), 'soon', ''];
  for (const line of [about, broken]) {
    const done = await run('users', csvOf(header, line));
    expect(done.results).toMatchObject({ unchanged: 1, created: 0, changed: 0, failed: 0 });
    expect((await lines(done, 'warnings')).map(({ warnings: found }) => found)).toEqual([
      [{ field: null, message: warnings[0]!.detail }],
    ]);
    const row = await em.fork().findOneOrFail(ImportRow, { importId: done.id });
    expect(row).toMatchObject({ cells: [gone.externalId, '', '', '', '', ''], otherKey: null, problems: [] });
    expect(row.stated).toEqual({ externalId: gone.externalId });
  }
  expect(await stored()).toEqual(before);
});
