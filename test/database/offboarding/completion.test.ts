import { expect, test } from 'vitest';
import { openCountsOf } from '../../../database/core/checklist-sql.ts';
import {
  ApiToken,
  AuditEntry,
  Notification,
  OneTimeLink,
  Outbox,
  Reminder,
  User,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookEvent,
} from '../../../database/entities/index.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { openForCompletion } from '../../../database/offboarding/completion-without-end-date.ts';
import { readSnapshots } from '../../../database/offboarding/snapshots.ts';
import type { Completed } from '../../../domain/offboarding/completion.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { statementsOf } from '../../../testing/cast/statements.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { complete, userOf } from './completing.ts';

const { database } = await ownDatabase();
const { em } = database;

async function endpoint(
  eventTypes: 'user.offboarded'[],
  state: 'active' | 'paused' = 'active',
): Promise<number> {
  const fork = em.fork();
  const made = fork.create(WebhookEndpoint, {
    url: 'https://hooks.example/x',
    eventTypes,
    secretEncrypted: 'x',
    state,
  });
  await fork.flush();
  return made.id;
}

const snapshotOf = async (offboardingId: number) => (await readSnapshots(em.fork(), [offboardingId]))[0];

test('an open item refuses the completion, returns the counts and changes nothing', async () => {
  const cast = await makeCast(database);
  expect(await complete(database, cast)).toEqual({
    outcome: 'still-open',
    counts: { hardware: 1, software: 1, requests: 1 },
  });
  expect(await userOf(database, cast.lena.id)).toMatchObject({
    status: 'active',
    offboardingCompletedAt: null,
  });
  expect((await userOf(database, cast.rosa.id)).managerId).toBe(cast.lena.id);
});

test('a completion has all its effects exactly once', async () => {
  const cast = await makeCast(database);
  const subscribed = await endpoint(['user.offboarded']);
  await endpoint([]);
  const paused = await endpoint(['user.offboarded'], 'paused');
  await clearChecklist(database, cast);
  const before = await userOf(database, cast.lena.id);

  const by = `user:${cast.ivo.id}`;
  const answer = await complete(database, cast);
  expect(answer).toEqual({
    outcome: 'completed',
    by,
    at: expect.any(Number),
    snapshot: await snapshotOf(cast.offboardingId),
  });

  const lena = await userOf(database, cast.lena.id);
  expect(lena).toMatchObject({ status: 'offboarded', endDate: cast.lastDay, assignable: false });
  expect(lena.revision).toBe(before.revision + 1);
  for (const report of [cast.rosa, cast.timo]) {
    // Their record changes without an outbox row, because no workflow tracks the manager.
    expect(await userOf(database, report.id)).toMatchObject({ managerId: null, revision: 1 });
    expect(await em.fork().count(Outbox, { userId: report.id })).toBe(0);
    const entries = await em.fork().find(AuditEntry, { userId: report.id, action: 'user.manager_cleared' });
    expect(entries.map(({ actor, details }) => [actor, details])).toEqual([
      [`user:${cast.ivo.id}`, { formerManagerId: cast.lena.id, offboardingId: cast.offboardingId }],
    ]);
  }
  expect(await em.fork().find(AuditEntry, { userId: cast.lena.id, action: 'user.offboarded' })).toHaveLength(
    1,
  );
  const notified = await em
    .fork()
    .find(Notification, { aboutUserId: cast.lena.id, kind: 'offboarding_completed' });
  expect(notified.map(({ userId }) => userId)).toEqual([cast.mira.id]);

  const [event, ...others] = await em
    .fork()
    .find(WebhookEvent, { offboardingId: cast.offboardingId, type: 'user.offboarded' });
  expect(others).toEqual([]);
  expect(event!.id).toMatch(/^evt_[0-9a-f]{32}$/);
  expect(event!.data).toMatchObject({
    user: {
      id: cast.lena.id,
      externalId: cast.lena.externalId,
      name: 'Lena Brandt',
      email: cast.lena.email,
      jobTitle: 'Team Lead',
      endDate: cast.lastDay,
    },
    completedBy: {
      type: 'user',
      id: cast.ivo.id,
      name: 'Ivo Marin',
      externalId: cast.ivo.externalId,
      email: cast.ivo.email,
    },
    offboarding: { id: cast.offboardingId },
  });
  const deliveries = await em.fork().find(WebhookDelivery, { eventId: event!.id });
  expect(deliveries.map(({ endpointId, state }) => [endpointId, state])).toEqual([
    [subscribed, 'pending'],
    [paused, 'disabled'],
  ]);
  expect(
    await em.fork().count(Reminder, { offboardingId: cast.offboardingId, firedAt: null, skippedAt: null }),
  ).toBe(0);

  const { at } = answer as Completed;
  expect(await complete(database, cast, cast.nora)).toEqual({ outcome: 'already-completed', by, at });
  expect(
    await em.fork().count(WebhookEvent, { offboardingId: cast.offboardingId, type: 'user.offboarded' }),
  ).toBe(1);
  expect(await em.fork().count(AuditEntry, { userId: cast.lena.id, action: 'user.offboarded' })).toBe(1);
});

test('a completion without an end date sets it to today', async () => {
  const { emil, ivo } = await makeCast(database);
  const { id } = await openForCompletion(em, `user:${ivo.id}`, emil.id);
  expect(await completeOffboarding(em, id, `user:${ivo.id}`, new Date('2026-11-24T12:00:00Z'))).toMatchObject(
    {
      outcome: 'completed',
    },
  );
  expect((await userOf(database, emil.id)).endDate).toBe('2026-11-24');
});

test('the end date that a completion sets is today in the person’s time zone', async () => {
  const { emil, ivo } = await makeCast(database);
  await em.fork().nativeUpdate(User, { id: emil.id }, { timeZone: 'Pacific/Tongatapu' });
  const { id } = await openForCompletion(em, `user:${ivo.id}`, emil.id);
  const answer = await completeOffboarding(em, id, `user:${ivo.id}`, new Date('2026-11-24T12:00:00Z'));
  expect(answer).toMatchObject({ outcome: 'completed', snapshot: await snapshotOf(id) });
  expect((await userOf(database, emil.id)).endDate).toBe('2026-11-25');
});

test('a completion before the start date sets the end date to the start date', async () => {
  const { emil, ivo } = await makeCast(database);
  await em.fork().nativeUpdate(User, { id: emil.id }, { startDate: '2027-02-01' });
  const { id } = await openForCompletion(em, `user:${ivo.id}`, emil.id);
  await completeOffboarding(em, id, `user:${ivo.id}`);
  expect((await userOf(database, emil.id)).endDate).toBe('2027-02-01');
});

test('a completion revokes all access', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  const fork = em.fork();
  fork.create(ApiToken, { name: 'lenas-feed', prefix: 'x', hash: 'h1', scopes: [], createdBy: cast.lena.id });
  fork.create(OneTimeLink, {
    userId: cast.lena.id,
    purpose: 'invitation',
    hash: 'h2',
    expiresAt: new Date(Date.now() + 1e6),
  });
  await fork.flush();
  await em.execute(`insert into sessions (sid, sess, expire) values ('s1', ?, now() + interval '1 hour')`, [
    JSON.stringify({ userId: cast.lena.id }),
  ]);
  await complete(database, cast);
  expect((await em.fork().findOneOrFail(ApiToken, { hash: 'h1' })).revokedAt).toBeInstanceOf(Date);
  expect((await em.fork().findOneOrFail(OneTimeLink, { hash: 'h2' })).usedAt).toBeInstanceOf(Date);
  expect(await em.execute(`select 1 from sessions where sid = 's1'`)).toEqual([]);
  const notified = await em.fork().find(Notification, { kind: 'tokens_ended', aboutUserId: cast.lena.id });
  expect(notified.map(({ userId, details }) => [userId, details])).toContainEqual([
    cast.ada.id,
    { tokens: ['lenas-feed'] },
  ]);
});

test('a completion with 500 reports runs as many statements as one with two', async () => {
  const few = await makeCast(database);
  const many = await makeCast(database);
  await em.fork().insertMany(
    User,
    Array.from({ length: 498 }, (_, i) => ({
      name: `Report ${i}`,
      email: `r${i}@many.example`,
      managerId: many.lena.id,
    })),
  );
  await clearChecklist(database, few);
  await clearChecklist(database, many);
  const some = await statementsOf(() => complete(database, few));
  const all = await statementsOf(() => complete(database, many));
  expect(all.length).toBe(some.length);
  expect(some.length).toBeGreaterThan(5);
  expect(
    await em
      .fork()
      .count(AuditEntry, { action: 'user.manager_cleared', details: { offboardingId: many.offboardingId } }),
  ).toBe(500);
  expect(await openCountsOf(em, many.lena.id)).toEqual({ hardware: 0, software: 0, requests: 0 });
});
