import { beforeAll, expect, test } from 'vitest';
import { assignAsset } from '../../database/assignments.ts';
import { AuditEntry, Notification, Offboarding, User } from '../../database/entities/index.ts';
import { createToken } from '../../database/tokens.ts';
import { userById } from '../../database/users.ts';
import { apiAt, expectProblem } from '../support/api.ts';
import { makeCast } from '../support/cast.ts';
import { clearChecklist } from '../support/clearing.ts';
import { ownDatabase } from '../support/database.ts';
import { ownEngine } from '../support/engine.ts';
import { startWeb } from '../support/web.ts';

const own = await ownDatabase();
const { database } = own;
const { em } = database;
const engine = await ownEngine(database);
const web = await startWeb(own, { TEMPORAL_NAMESPACE: engine.namespace });
const { value } = await createToken(em, 'system', {
  name: 'hr',
  scopes: ['offboardings:complete', 'users:read'],
});
const call = apiAt(web.address, value);

let worker: { stop: () => Promise<void> };
beforeAll(async () => {
  worker = await engine.startWorker();
});

const complete = (person: { externalId: string }, body?: unknown) =>
  call('POST', `/users/${person.externalId}/completion`, { body });

test('a person with nothing open is marked offboarded by the token, once', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);

  const { status, json, headers } = await complete(cast.lena);
  expect(status).toBe(200);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(json).toMatchObject({
    outcome: 'completed',
    completedBy: 'token:hr',
    user: { externalId: cast.lena.externalId, status: 'offboarded', endDate: cast.lastDay },
  });

  const again = await complete(cast.lena, {});
  expect(again.status).toBe(200);
  expect(again.json).toEqual({ ...json, outcome: 'already-completed' });
  expect(await em.fork().count(AuditEntry, { userId: cast.lena.id, action: 'user.offboarded' })).toBe(1);
  expect(await em.fork().count(Notification, { userId: cast.mira.id, kind: 'offboarding_completed' })).toBe(
    1,
  );
  expect((await userById(em, cast.rosa.id)).managerId).toBeNull();
});

test('somebody without an end date is offboarded early, and gets one', async () => {
  const { emil } = await makeCast(database);
  const { json } = await complete(emil);
  expect(json).toMatchObject({ outcome: 'completed', user: { endDate: expect.stringMatching(/^\d{4}-/) } });
});

test('with anything open it is refused with the numbers and the words, and nothing changes', async () => {
  const cast = await makeCast(database);
  const refused = await complete(cast.lena);
  expectProblem(refused, 409, 'still-open');
  expect(refused.json).toMatchObject({
    hardware: 1,
    software: 1,
    requests: 1,
    detail: 'Cannot complete offboarding: 1 hardware, 1 software, 1 request(s) still open.',
  });
  expect((await userById(em, cast.lena.id)).status).toBe('active');

  await assignAsset(em, 'system', cast.spare.id, cast.emil.id);
  const early = await complete(cast.emil);
  expectProblem(early, 409, 'still-open');
  expect(early.json).toMatchObject({ hardware: 1, software: 0, requests: 0 });
  expect(await em.fork().count(Offboarding, { userId: cast.emil.id })).toBe(0);
});

test('the last super-admin stays', async () => {
  const first = await makeCast(database);
  const { json } = await complete(first.ada);
  expect(json.outcome).toBe('completed');
  // Earlier casts had super-admins of their own, so complete them all; the last one stays.
  const admins = await em.fork().find(User, {
    role: 'super-admin',
    status: 'active',
  });
  for (const admin of admins.slice(1)) await complete({ externalId: admin.externalId! });
  expectProblem(await complete({ externalId: admins[0]!.externalId! }), 409, 'last-super-admin');
});

test('an unknown person is a 404, a body that says something is refused', async () => {
  const { lena } = await makeCast(database);
  expectProblem(await complete({ externalId: 'nobody' }), 404, 'not-found');
  expectProblem(await complete({ externalId: '%00' }), 404, 'not-found');
  expectProblem(await complete(lena, { force: true }), 422, 'invalid-input');
  const typed = { body: 'force=true', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } };
  expectProblem(await call('POST', `/users/${lena.externalId}/completion`, typed), 415, 'unsupported-body');
});

test('without a worker it says within seconds that there is no answer yet', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  await worker.stop();
  const asked = performance.now();
  const { status, json } = await complete(cast.lena);
  expect(status).toBe(202);
  expect(performance.now() - asked).toBeLessThan(8_000);
  expect(json).toMatchObject({ outcome: 'no-answer-yet' });
  expect((await userById(em, cast.lena.id)).status).toBe('active');
});
