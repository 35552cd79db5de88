import { beforeEach, expect, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { AuditEntry, Offboarding } from '../../../database/entities/index.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { updateUser } from '../../../database/people/users.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { apiAt, expectProblem, pointers } from '../../../testing/web/api.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
const { value } = await createToken(em, 'system', { name: 'hr', scopes: ['users:read', 'users:write'] });
const call = apiAt(web.address, value);

let cast: Cast;
let emil: string;
beforeEach(async () => {
  cast = await makeCast(own.database);
  emil = `/users/${cast.emil.externalId}`;
});

const at = (minute: number) => `2026-03-01T10:${String(minute).padStart(2, '0')}:00Z`;
const patch = (body: object, sourceUpdatedAt?: string) =>
  call('PATCH', emil, { body: { ...body, ...(sourceUpdatedAt && { sourceUpdatedAt }) } });
const entries = () => em.fork().count(AuditEntry, { userId: cast.emil.id });

test('older updates are ignored, and the response lists their fields', async () => {
  await patch({ endDate: '2099-02-01' }, at(20));
  const before = await entries();
  const { status, json } = await patch({ endDate: '2099-01-01' }, at(10));
  expect(status).toBe(200);
  expect(json).toMatchObject({ endDate: '2099-02-01', ignored: ['endDate'] });
  expect(await entries()).toBe(before);
});

test('each field is accepted or ignored separately', async () => {
  await patch({ endDate: '2099-02-01' }, at(20));
  const { json } = await patch({ endDate: '2099-01-01', jobTitle: 'Lead', department: 'Sales' }, at(10));
  expect(json).toMatchObject({
    endDate: '2099-02-01',
    jobTitle: 'Lead',
    department: 'Sales',
    ignored: ['endDate'],
  });
  const older = await patch({ jobTitle: 'Rep', department: null }, at(5));
  expect(older.json).toMatchObject({ jobTitle: 'Lead', ignored: ['department', 'jobTitle'] });
});

test('a repeated update changes nothing, and nothing is ignored', async () => {
  const first = await patch({ endDate: '2099-02-01' }, at(20));
  const before = await entries();
  const again = await patch({ endDate: '2099-02-01' }, at(20));
  expect(again.json).toEqual(first.json);
  expect(again.json).not.toHaveProperty('ignored');
  expect(await entries()).toBe(before);
});

test('an update with equal values still makes older ones stale', async () => {
  await patch({ department: 'Engineering' }, at(20));
  expect((await patch({ department: 'Sales' }, at(10))).json).toMatchObject({ department: 'Engineering' });
});

test('times are compared across zones, to the microsecond', async () => {
  await patch({ jobTitle: 'A' }, '2026-03-01T12:00:00.000002+02:00');
  expect((await patch({ jobTitle: 'B' }, '2026-03-01T10:00:00.000001Z')).json).toMatchObject({
    jobTitle: 'A',
    ignored: ['jobTitle'],
  });
  expect((await patch({ jobTitle: 'C' }, '2026-03-01T10:00:00.000003Z')).json.jobTitle).toBe('C');
});

test('a call without sourceUpdatedAt always applies, and keeps the stored time', async () => {
  await patch({ jobTitle: 'A' }, at(20));
  expect((await patch({ jobTitle: 'B' })).json.jobTitle).toBe('B');
  expect((await patch({ jobTitle: 'C' }, at(10))).json).toMatchObject({
    jobTitle: 'B',
    ignored: ['jobTitle'],
  });
});

test('an edit in the console stores no source time, so the next update applies', async () => {
  await updateUser(em, `user:${cast.nora.id}`, cast.emil.id, { endDate: '2099-05-05', jobTitle: 'Console' });
  const { json } = await patch({ endDate: '2099-01-01', jobTitle: 'HR' }, '2001-01-01T00:00:00Z');
  expect(json).toMatchObject({ endDate: '2099-01-01', jobTitle: 'HR' });
  expect(json).not.toHaveProperty('ignored');
});

test('PUT writes every field except the end date and the status, omitted ones included', async () => {
  const person = { name: cast.emil.name, email: cast.emil.email };
  await patch({ department: 'Sales', status: 'suspended' }, at(10));
  const whole = await call('PUT', emil, { body: { ...person, sourceUpdatedAt: at(20) } });
  expect(whole.json).toMatchObject({ department: null, status: 'suspended' });
  const { json } = await patch({ department: 'Legal', status: 'active' }, at(15));
  expect(json).toMatchObject({ department: null, status: 'active', ignored: ['department'] });

  const late = { ...person, name: 'Late', endDate: '2099-01-01', sourceUpdatedAt: at(12) };
  expect((await call('PUT', emil, { body: late })).json).toMatchObject({
    name: cast.emil.name,
    endDate: '2099-01-01',
  });
});

test('a new user has source times from the first call', async () => {
  const path = `/users/new-${cast.emil.id}`;
  const body = { name: 'New', email: `new${cast.emil.id}@x.example` };
  expect((await call('PUT', path, { body: { ...body, sourceUpdatedAt: at(20) } })).status).toBe(201);
  const late = await call('PATCH', path, { body: { department: 'Sales', sourceUpdatedAt: at(10) } });
  expect(late.json).toMatchObject({ department: null, ignored: ['department'] });
});

test('stale fields are not validated', async () => {
  await patch({ endDate: '2026-01-31', managerExternalId: null }, at(20));
  const { id } = await em.fork().findOneOrFail(Offboarding, { userId: cast.emil.id });
  await completeOffboarding(em, id, 'system');
  const late = await patch({ endDate: null, managerExternalId: 'nobody' }, at(10));
  expect(late.status).toBe(200);
  expect(late.json.ignored).toEqual(['managerExternalId', 'endDate']);
  expectProblem(await patch({ endDate: null }, at(30)), 409, 'already-offboarded');
});

test('a refused call stores no source time', async () => {
  expectProblem(await patch({ email: cast.lena.email, jobTitle: 'X' }, at(30)), 422, 'invalid-input');
  expect((await patch({ jobTitle: 'Y' }, at(10))).json.jobTitle).toBe('Y');
});

test('a source time in the future is accepted with a warning', async () => {
  const { json } = await patch({ jobTitle: 'A' }, '2999-01-01T00:00:00Z');
  expect(json).toMatchObject({ jobTitle: 'A', warnings: [{ pointer: '/sourceUpdatedAt' }] });
  expect((await patch({ jobTitle: 'B' }, at(20))).json.ignored).toEqual(['jobTitle']);
});

test.each(['2026-03-01', '2026-03-01T10:00:00', 'yesterday', 1772359200, null, ''])(
  '%o is not a valid source time',
  async (sourceUpdatedAt) => {
    const called = await call('PATCH', emil, { body: { jobTitle: 'X', sourceUpdatedAt } });
    expectProblem(called, 422, 'invalid-input');
    expect(pointers(called)).toEqual(['/sourceUpdatedAt']);
  },
);
