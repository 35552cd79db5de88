import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import {
  AuditEntry,
  IdempotencyKey,
  Notification,
  Offboarding,
  User,
} from '../../../database/entities/index.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { userById } from '../../../database/people/users.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { eventually, ownEngine } from '../../../testing/cast/engine.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { apiAt, expectProblem } from '../../../testing/web/api.ts';
import { startWeb } from '../../../testing/web/web.ts';

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
/** The same API, with a shorter deadline for Temporal. */
const shortDeadlineWeb = await startWeb(own, { TEMPORAL_NAMESPACE: engine.namespace }, { deadlineMs: 1_000 });
const callWithShortDeadline = apiAt(shortDeadlineWeb.address, value);

let worker: { stop: () => Promise<void> };
beforeAll(async () => {
  worker = await engine.startWorker();
});

const complete = (person: { externalId: string }, body?: unknown, key?: string, at = call) =>
  at('POST', `/users/${person.externalId}/completion`, {
    body,
    headers: key === undefined ? {} : { 'Idempotency-Key': key },
  });

test('a token completes a user with nothing open, once', async () => {
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

test('a key repeats its response, and is refused for another user', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  const key = randomUUID();
  const first = await complete(cast.lena, undefined, key);
  expect(first.json.outcome).toBe('completed');
  const again = await complete(cast.lena, {}, key);
  expect(again).toMatchObject({ status: 200, json: first.json });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expectProblem(await complete(cast.emil, undefined, key), 422, 'key-reused');
  expect((await complete(cast.lena, undefined, randomUUID())).json.outcome).toBe('already-completed');
});

test('a refusal releases the key, so the same key succeeds later', async () => {
  const cast = await makeCast(database);
  const key = randomUUID();
  expectProblem(await complete(cast.lena, undefined, key), 409, 'still-open');
  await clearChecklist(database, cast);
  const answer = await complete(cast.lena, undefined, key);
  expect(answer.json.outcome).toBe('completed');
  expect(answer.headers.get('idempotent-replayed')).toBeNull();
});

test('many simultaneous calls with one key complete the user once', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: 6 }, () => complete(cast.lena, undefined, key)));
  for (const answer of answers) {
    if (answer.status === 200) expect(answer.json.outcome).toBe('completed');
    else expectProblem(answer, 409, 'still-running');
  }
  expect(answers.some(({ status }) => status === 200)).toBe(true);
  expect(await em.fork().count(AuditEntry, { userId: cast.lena.id, action: 'user.offboarded' })).toBe(1);
});

test('a lost response is rebuilt from the database', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  const key = randomUUID();
  const first = await complete(cast.lena, undefined, key);
  // As if the web process had died between the completion and the response.
  await em.fork().nativeUpdate(IdempotencyKey, { key }, { answer: null });
  const again = await complete(cast.lena, undefined, key);
  expect(again).toMatchObject({ status: 200, json: first.json });
  expect(again.headers.get('idempotent-replayed')).toBeNull();
});

test('the workflow history does not contain the idempotency key', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  const key = `complete-${cast.lena.email.split('@')[0]}`;
  await complete(cast.lena, undefined, key);
  const history = await engine.handleOf(cast.offboardingId).fetchHistory();
  const text = JSON.stringify(history);
  expect(text).toContain('complete');
  expect(text).not.toContain(key);
});

test('a user without an end date is completed early, and gets one', async () => {
  const { emil } = await makeCast(database);
  const { json } = await complete(emil);
  expect(json).toMatchObject({ outcome: 'completed', user: { endDate: expect.stringMatching(/^\d{4}-/) } });
});

test('open items refuse the completion, which reports their counts and changes nothing', async () => {
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

test('the last super-admin cannot be completed', async () => {
  const first = await makeCast(database);
  const { json } = await complete(first.ada);
  expect(json.outcome).toBe('completed');
  // Earlier casts have super-admins too, so complete all but one of them.
  const admins = await em.fork().find(User, {
    role: 'super-admin',
    status: 'active',
  });
  for (const admin of admins.slice(1)) await complete({ externalId: admin.externalId! });
  expectProblem(await complete({ externalId: admins[0]!.externalId! }), 409, 'last-super-admin');
});

test('an unknown user is a 404, and a body with fields is refused', async () => {
  const { lena } = await makeCast(database);
  expectProblem(await complete({ externalId: 'nobody' }), 404, 'not-found');
  expectProblem(await complete({ externalId: '%00' }), 404, 'not-found');
  expectProblem(await complete(lena, { force: true }), 422, 'invalid-input');
  const typed = { body: 'force=true', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } };
  expectProblem(await call('POST', `/users/${lena.externalId}/completion`, typed), 415, 'unsupported-body');
});

test('without a worker the call reports within seconds that there is no answer yet', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  await worker.stop();
  const asked = performance.now();
  const { status, json } = await complete(cast.lena, undefined, undefined, callWithShortDeadline);
  expect(status).toBe(202);
  expect(performance.now() - asked).toBeLessThan(4_000);
  expect(json).toMatchObject({ outcome: 'no-answer-yet' });
  expect((await userById(em, cast.lena.id)).status).toBe('active');
});

test('a retry with the same key after a timeout completes the user once', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  const key = randomUUID();
  expect((await complete(cast.lena, undefined, key, callWithShortDeadline)).status).toBe(202);
  const restarted = await engine.startWorker();
  const answer = await eventually(async () => {
    const again = await complete(cast.lena, undefined, key, callWithShortDeadline);
    return again.status === 200 ? again : null;
  });
  expect(answer.json.outcome).toBe('completed');
  expect(await em.fork().count(AuditEntry, { userId: cast.lena.id, action: 'user.offboarded' })).toBe(1);
  await restarted.stop();
});
