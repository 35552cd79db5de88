import pg from 'pg';
import { expect, test } from 'vitest';
import { assignAsset, recoverAsset } from '../../database/assignments.ts';
import { openCountsOf } from '../../database/checklists.ts';
import { completeOffboarding } from '../../database/completion.ts';
import { openForCompletion } from '../../database/early-completions.ts';
import {
  ApiToken,
  Assignment,
  AuditEntry,
  Notification,
  Offboarding,
  OneTimeLink,
  Outbox,
  Reminder,
  User,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookEvent,
} from '../../database/entities/index.ts';
import { cancelOffboarding, setEndDate } from '../../database/offboardings.ts';
import { resolveRequest } from '../../database/requests.ts';
import { assignSeat, revokeSeat } from '../../database/seats.ts';
import { updateUser } from '../../database/users.ts';
import { type Cast, makeCast } from '../support/cast.ts';
import { ownDatabase } from '../support/database.ts';
import { asOwner } from '../support/owner.ts';
import { statementsOf } from '../support/statements.ts';

const { database, ownerUrl, url } = await ownDatabase();
const { em } = database;

/** Takes everything back that Lena has. */
async function clear(cast: Cast): Promise<void> {
  await recoverAsset(em, `user:${cast.ivo.id}`, cast.laptop.id, {
    condition: 'good',
    nextStatus: 'in_stock',
    note: null,
  });
  await revokeSeat(em, `user:${cast.ivo.id}`, cast.seatId);
  await resolveRequest(em, `user:${cast.ivo.id}`, cast.requestId, {
    outcome: 'cancelled',
    note: null,
    assetId: null,
  });
}

const complete = (cast: Cast, by = cast.ivo) => completeOffboarding(em, cast.offboardingId, `user:${by.id}`);
const userOf = (id: number) => em.fork().findOneOrFail(User, { id });

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

test('while anything is open the completion is refused with the counts, and nothing changes', async () => {
  const cast = await makeCast(database);
  expect(await complete(cast)).toEqual({
    outcome: 'still-open',
    counts: { hardware: 1, software: 1, requests: 1 },
  });
  expect(await userOf(cast.lena.id)).toMatchObject({ status: 'active', offboardingCompletedAt: null });
  expect((await userOf(cast.rosa.id)).managerId).toBe(cast.lena.id);
});

test('a completion does everything at once, and exactly once', async () => {
  const cast = await makeCast(database);
  const subscribed = await endpoint(['user.offboarded']);
  await endpoint([]);
  const paused = await endpoint(['user.offboarded'], 'paused');
  await clear(cast);
  const before = await userOf(cast.lena.id);

  const answer = await complete(cast);
  expect(answer).toMatchObject({ outcome: 'completed', by: `user:${cast.ivo.id}` });

  const lena = await userOf(cast.lena.id);
  expect(lena).toMatchObject({ status: 'offboarded', endDate: cast.lastDay, assignable: false });
  expect(lena.revision).toBe(before.revision + 1);
  for (const report of [cast.rosa, cast.timo]) {
    // Their record has changed, and no process follows who their manager is.
    expect(await userOf(report.id)).toMatchObject({ managerId: null, revision: 1 });
    expect(await em.fork().count(Outbox, { userId: report.id })).toBe(0);
    const entries = await em.fork().find(AuditEntry, { userId: report.id, action: 'user.manager_cleared' });
    expect(entries.map(({ actor, details }) => [actor, details])).toEqual([
      [`user:${cast.ivo.id}`, { formerManagerId: cast.lena.id, offboardingId: cast.offboardingId }],
    ]);
  }
  expect(await em.fork().find(AuditEntry, { userId: cast.lena.id, action: 'user.offboarded' })).toHaveLength(
    1,
  );
  const told = await em
    .fork()
    .find(Notification, { aboutUserId: cast.lena.id, kind: 'offboarding_completed' });
  expect(told.map(({ userId }) => userId)).toEqual([cast.mira.id]);

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
    completedBy: { type: 'user', id: cast.ivo.id, name: 'Ivo Marin' },
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

  expect(await complete(cast, cast.nora)).toEqual({ ...answer, outcome: 'already-completed' });
  expect(
    await em.fork().count(WebhookEvent, { offboardingId: cast.offboardingId, type: 'user.offboarded' }),
  ).toBe(1);
  expect(await em.fork().count(AuditEntry, { userId: cast.lena.id, action: 'user.offboarded' })).toBe(1);
});

test('two who complete at once: one does, the other hears who did', async () => {
  const cast = await makeCast(database);
  await clear(cast);
  const answers = await Promise.all([complete(cast, cast.ivo), complete(cast, cast.nora)]);
  const winner = answers.find(({ outcome }) => outcome === 'completed') as { by: string; at: number };
  expect(answers).toContainEqual({ outcome: 'already-completed', by: winner.by, at: winner.at });
});

test('somebody without an end date is offboarded early, and leaves today', async () => {
  const { emil, ivo } = await makeCast(database);
  const { id } = await openForCompletion(em, `user:${ivo.id}`, emil.id);
  expect(await completeOffboarding(em, id, `user:${ivo.id}`, new Date('2026-11-24T12:00:00Z'))).toMatchObject(
    {
      outcome: 'completed',
    },
  );
  expect((await userOf(emil.id)).endDate).toBe('2026-11-24');
});

test('the end date filled in is today where the person is', async () => {
  const { emil, ivo } = await makeCast(database);
  await em.fork().nativeUpdate(User, { id: emil.id }, { timeZone: 'Pacific/Tongatapu' });
  const { id } = await openForCompletion(em, `user:${ivo.id}`, emil.id);
  await completeOffboarding(em, id, `user:${ivo.id}`, new Date('2026-11-24T12:00:00Z'));
  expect((await userOf(emil.id)).endDate).toBe('2026-11-25');
});

test('somebody who has not begun yet leaves on their first day at the earliest', async () => {
  const { emil, ivo } = await makeCast(database);
  await em.fork().nativeUpdate(User, { id: emil.id }, { startDate: '2027-02-01' });
  const { id } = await openForCompletion(em, `user:${ivo.id}`, emil.id);
  await completeOffboarding(em, id, `user:${ivo.id}`);
  expect((await userOf(emil.id)).endDate).toBe('2027-02-01');
});

test('offboarding early with something open opens nothing; claimed in between, the refusal cancels it again', async () => {
  const cast = await makeCast(database);
  const { emil, ivo, spare } = cast;
  await assignAsset(em, `user:${ivo.id}`, spare.id, emil.id);
  await expect(openForCompletion(em, `user:${ivo.id}`, emil.id)).rejects.toThrow(
    'Cannot complete offboarding: 1 hardware, 0 software, 0 request(s) still open.',
  );
  expect(await em.fork().count(Offboarding, { userId: emil.id })).toBe(0);

  await recoverAsset(em, 'system', spare.id, { condition: 'good', nextStatus: 'in_stock', note: null });
  const { id } = await openForCompletion(em, `user:${ivo.id}`, emil.id);
  await assignAsset(em, `user:${ivo.id}`, spare.id, emil.id);
  expect(await completeOffboarding(em, id, `user:${ivo.id}`)).toMatchObject({ outcome: 'still-open' });
  expect(await em.fork().findOneOrFail(Offboarding, { id })).toMatchObject({ state: 'cancelled' });
});

test('a refusal leaves an offboarding open that was opened for another reason, with or without a date', async () => {
  const cast = await makeCast(database);
  const { emil, ivo, rosa, spare } = cast;
  await assignAsset(em, `user:${ivo.id}`, spare.id, emil.id);
  await updateUser(em, 'token:hr', emil.id, { status: 'offboarded' });
  const { id } = await em.fork().findOneOrFail(Offboarding, { userId: emil.id });
  expect(await completeOffboarding(em, id, `user:${ivo.id}`)).toMatchObject({ outcome: 'still-open' });
  expect(await em.fork().findOneOrFail(Offboarding, { id })).toMatchObject({ state: 'open' });

  // Opened for a completion, and then followed for another reason.
  const rosas = await openForCompletion(em, `user:${ivo.id}`, rosa.id);
  await setEndDate(em, 'token:hr', rosa.id, cast.lastDay);
  await assignSeat(em, `user:${ivo.id}`, cast.license.id, rosa.id);
  expect(await completeOffboarding(em, rosas.id, `user:${ivo.id}`)).toMatchObject({ outcome: 'still-open' });
  await updateUser(em, 'token:hr', rosa.id, { status: 'offboarded', endDate: null });
  expect(await completeOffboarding(em, rosas.id, `user:${ivo.id}`)).toMatchObject({ outcome: 'still-open' });
  expect(await em.fork().findOneOrFail(Offboarding, { id: rosas.id })).toMatchObject({ state: 'open' });
});

test('one that was cancelled says by whom', async () => {
  const cast = await makeCast(database);
  await clear(cast);
  await cancelOffboarding(em, `user:${cast.nora.id}`, cast.lena.id);
  expect(await complete(cast)).toMatchObject({ outcome: 'cancelled', by: `user:${cast.nora.id}` });
  expect((await userOf(cast.lena.id)).endDate).toBeNull();
});

test('a rule that stands in the way opens nothing', async () => {
  const { ada, ivo, nora, emil } = await makeCast(database);
  await em.fork().nativeUpdate(User, { role: 'super-admin', id: { $ne: ada.id } }, { role: 'admin' });
  const refused = (by: number, userId: number) =>
    openForCompletion(em, `user:${by}`, userId).catch((error) => error.code);
  expect(await refused(ivo.id, ivo.id)).toBe('own-completion');
  expect(await refused(emil.id, ivo.id)).toBe('not-allowed');
  expect(await refused(nora.id, ada.id)).toBe('last-super-admin');
  expect(await em.fork().count(Offboarding, { userId: { $in: [ivo.id, ada.id] } })).toBe(0);
});

test('a rule that comes between opening and completing cancels what was opened', async () => {
  const { emil, ivo } = await makeCast(database);
  const { id } = await openForCompletion(em, `user:${ivo.id}`, emil.id);
  await em.fork().nativeUpdate(User, { id: ivo.id }, { role: 'employee' });
  expect(await completeOffboarding(em, id, `user:${ivo.id}`)).toMatchObject({ reason: 'not-allowed' });
  expect(await em.fork().findOneOrFail(Offboarding, { id })).toMatchObject({ state: 'cancelled' });
});

test('nobody completes themselves, no employee completes anybody, and the last super-admin stays', async () => {
  const cast = await makeCast(database);
  await clear(cast);
  expect(await complete(cast, cast.lena)).toEqual({ outcome: 'refused', reason: 'own-completion' });
  expect(await complete(cast, cast.emil)).toEqual({ outcome: 'refused', reason: 'not-allowed' });
  await em.fork().nativeUpdate(User, { id: cast.ivo.id }, { status: 'suspended' });
  expect(await complete(cast, cast.ivo)).toEqual({ outcome: 'refused', reason: 'not-allowed' });

  await em.fork().nativeUpdate(User, { role: 'super-admin', id: { $ne: cast.ada.id } }, { role: 'admin' });
  await setEndDate(em, 'token:hr', cast.ada.id, cast.lastDay);
  const { id } = await em.fork().findOneOrFail(Offboarding, { userId: cast.ada.id });
  expect(await completeOffboarding(em, id, `user:${cast.nora.id}`)).toEqual({
    outcome: 'refused',
    reason: 'last-super-admin',
  });
});

test('who was marked offboarded by hand is not completed again, which the schema would refuse', async () => {
  const cast = await makeCast(database);
  await clear(cast);
  await asOwner(
    ownerUrl,
    `update users set manager_id = null where manager_id = ${cast.lena.id}`,
    `update users set status = 'offboarded', offboarding_completed_at = now() where id = ${cast.lena.id}`,
  );
  expect(await completeOffboarding(em, cast.offboardingId, `user:${cast.ivo.id}`)).toEqual({
    outcome: 'refused',
    reason: 'completed-by-hand',
  });
});

test('two super-admins who complete each other at the same moment do not leave none', async () => {
  const first = await makeCast(database);
  const second = await makeCast(database);
  await em
    .fork()
    .nativeUpdate(
      User,
      { role: 'super-admin', id: { $nin: [first.ada.id, second.ada.id] } },
      { role: 'admin' },
    );
  const by = `user:${first.nora.id}` as const;
  const offboardings = [
    await openForCompletion(em, by, first.ada.id),
    await openForCompletion(em, by, second.ada.id),
  ];
  const answers = await Promise.all([
    completeOffboarding(em, offboardings[0]!.id, `user:${second.ada.id}`),
    completeOffboarding(em, offboardings[1]!.id, `user:${first.ada.id}`),
  ]);
  expect(answers.filter(({ outcome }) => outcome === 'completed')).toHaveLength(1);
  expect(await em.fork().count(User, { role: 'super-admin', status: 'active' })).toBe(1);
});

test('a manager and their report, completed at the same moment, both are', async () => {
  for (let round = 0; round < 10; round++) {
    const cast = await makeCast(database);
    await clear(cast);
    const by = `user:${cast.ivo.id}` as const;
    const rosas = await openForCompletion(em, by, cast.rosa.id);
    const answers = await Promise.all([complete(cast), completeOffboarding(em, rosas.id, by)]);
    expect(answers.map(({ outcome }) => outcome)).toEqual(['completed', 'completed']);
    expect((await userOf(cast.rosa.id)).status).toBe('offboarded');
  }
});

test('every way in ends with the completion', async () => {
  const cast = await makeCast(database);
  await clear(cast);
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
  await complete(cast);
  expect((await em.fork().findOneOrFail(ApiToken, { hash: 'h1' })).revokedAt).toBeInstanceOf(Date);
  expect((await em.fork().findOneOrFail(OneTimeLink, { hash: 'h2' })).usedAt).toBeInstanceOf(Date);
  expect(await em.execute(`select 1 from sessions where sid = 's1'`)).toEqual([]);
  const told = await em.fork().find(Notification, { kind: 'tokens_ended', aboutUserId: cast.lena.id });
  expect(told.map(({ userId, details }) => [userId, details])).toContainEqual([
    cast.ada.id,
    { tokens: ['lenas-feed'] },
  ]);
});

test('afterwards nothing can be given to the person, by no verb and by no hand', async () => {
  const cast = await makeCast(database);
  await clear(cast);
  await complete(cast);
  const by = `user:${cast.ivo.id}` as const;
  await expect(assignAsset(em, by, cast.spare.id, cast.lena.id)).rejects.toThrow(/offboarded/);
  await expect(assignSeat(em, by, cast.license.id, cast.lena.id)).rejects.toThrow(/offboarded/);
  await expect(setEndDate(em, by, cast.lena.id, '2030-01-01')).rejects.toThrow(/offboarded/);

  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const refused = (text: string, values: unknown[]) =>
    expect(client.query(text, values)).rejects.toMatchObject({ code: '23503' });
  await refused('insert into assignments (asset_id, user_id) values ($1, $2)', [cast.spare.id, cast.lena.id]);
  await refused('insert into seats (license_id, user_id) values ($1, $2)', [cast.license.id, cast.lena.id]);
  await refused(`insert into requests (user_id, item) values ($1, 'x')`, [cast.lena.id]);
  await refused('update assignments set returned_at = null where id = $1', [cast.laptop.assignmentId]);
  await refused('update users set manager_id = $2 where id = $1', [cast.emil.id, cast.lena.id]);
  await client.end();
});

test('nobody can complete by hand while something is open', async () => {
  const cast = await makeCast(database);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await expect(
    client.query(`update users set status = 'offboarded', offboarding_completed_at = now() where id = $1`, [
      cast.lena.id,
    ]),
  ).rejects.toMatchObject({ code: '23503' });
  await client.end();
});

test('a completion cannot be undone by hand, nor a closed offboarding opened again', async () => {
  const cast = await makeCast(database);
  await clear(cast);
  await complete(cast);
  for (const connectionString of [url, ownerUrl]) {
    const client = new pg.Client({ connectionString });
    await client.connect();
    const refused = (text: string, id: number) =>
      expect(client.query(text, [id])).rejects.toMatchObject({ code: '42501' });
    await refused('update users set offboarding_completed_at = null where id = $1', cast.lena.id);
    await refused('update users set offboarding_completed_at = now() where id = $1', cast.lena.id);
    await refused(
      `update offboardings set state = 'open', closed_at = null where id = $1`,
      cast.offboardingId,
    );
    await refused(`update offboardings set state = 'cancelled' where id = $1`, cast.offboardingId);
    await client.query(`update users set name = 'Lena Berg' where id = $1`, [cast.lena.id]);
    await client.end();
  }
});

test('a claim during a completion: one of the two wins, fifty times, and never both', async () => {
  const won = { completion: 0, claim: 0 };
  for (let round = 0; round < 50; round++) {
    const cast = await makeCast(database);
    await clear(cast);
    const claim = () => assignAsset(em, `user:${cast.ivo.id}`, cast.spare.id, cast.lena.id);
    const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    // The claim comes a little earlier or later each time, so that both orders happen.
    const [claimed, answer] = await Promise.all([
      later(round % 7)
        .then(claim)
        .then(
          () => true,
          () => false,
        ),
      later((round * 3) % 7).then(() => complete(cast)),
    ]);
    expect(claimed).toBe(answer.outcome !== 'completed');
    won[claimed ? 'claim' : 'completion']++;
    const open = await em.fork().count(Assignment, { userId: cast.lena.id, returnedAt: null });
    expect(open).toBe(claimed ? 1 : 0);
  }
  // Were one of them to win always, the race would prove nothing.
  expect(won.claim).toBeGreaterThan(0);
  expect(won.completion).toBeGreaterThan(0);
});

test('five hundred reports take as many statements as two', async () => {
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
  await clear(few);
  await clear(many);
  const some = await statementsOf(() => complete(few));
  const all = await statementsOf(() => complete(many));
  expect(all.length).toBe(some.length);
  expect(some.length).toBeGreaterThan(5);
  expect(
    await em
      .fork()
      .count(AuditEntry, { action: 'user.manager_cleared', details: { offboardingId: many.offboardingId } }),
  ).toBe(500);
  expect(await openCountsOf(em, many.lena.id)).toEqual({ hardware: 0, software: 0, requests: 0 });
});
