import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { openCountsOf } from '../../../database/core/checklist-sql.ts';
import { sqlOf } from '../../../database/core/tables.ts';
import { Assignment, Request } from '../../../database/entities/index.ts';
import { assetById } from '../../../database/inventory/assets.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { findRequests, requestById } from '../../../database/inventory/request-list.ts';
import {
  approveRequest,
  createRequest,
  type Resolution,
  resolveRequest,
} from '../../../database/inventory/requests.ts';
import { updateUser } from '../../../database/people/users.ts';
import { InvalidInput, NotFound } from '../../../domain/failures.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { entriesAbout, lastMessage } from '../offboarding/traces.ts';

const { database } = await ownDatabase();
const { em } = database;

const rejected: Resolution = { outcome: 'rejected', note: 'Leaving', assetId: null };

describe('making a request', () => {
  test('leaves it pending, with its entry', async () => {
    const { emil, ivo } = await makeCast(database);
    const id = await createRequest(em, `user:${ivo.id}`, emil.id, { item: 'Headset', reason: 'Calls' });

    expect(await requestById(em, id)).toMatchObject({
      item: 'Headset',
      reason: 'Calls',
      status: 'pending',
      name: emil.name,
      isLeaving: false,
    });
    expect((await entriesAbout(database, emil.id)).at(-1)).toMatchObject({
      action: 'request.created',
      details: { requestId: id, item: 'Headset' },
    });
    expect(await lastMessage(database, emil.id)).toMatchObject({ facts: ['requests'] });
  });

  test.each(['suspended', 'offboarded'] as const)('for a person who is %s is refused', async (status) => {
    const { emil } = await makeCast(database);
    await updateUser(em, 'system', emil.id, { status });
    await expect(createRequest(em, 'system', emil.id, { item: 'Desk', reason: null })).rejects.toThrow(
      "can't get new items",
    );
    expect((await openCountsOf(em, emil.id)).requests).toBe(0);
  });
});

test('a request that another system inserts with only a person and a status counts', async () => {
  const { emil } = await makeCast(database);
  const { rows } = await sql<{ id: number }>`
    insert into requests (user_id, status) values (${emil.id}, 'pending') returning id`.execute(sqlOf(em));
  expect(await requestById(em, rows[0]!.id)).toMatchObject({ item: 'Not specified', status: 'pending' });
  expect((await openCountsOf(em, emil.id)).requests).toBe(1);
});

describe('approving', () => {
  test('keeps the request open, and happens once', async () => {
    const { lena, requestId } = await makeCast(database);
    expect(await approveRequest(em, 'system', requestId)).toEqual({
      outcome: 'done',
      status: 'approved',
      userId: lena.id,
      item: 'Second monitor',
    });
    expect(await approveRequest(em, 'system', requestId)).toMatchObject({ outcome: 'already-done' });

    expect(await requestById(em, requestId)).toMatchObject({
      status: 'approved',
      approvedAt: expect.any(Date),
      isLeaving: true,
    });
    expect(
      (await entriesAbout(database, lena.id)).filter((entry) => entry.action === 'request.approved'),
    ).toHaveLength(1);
    expect((await openCountsOf(em, lena.id)).requests).toBe(1);
  });

  test('a closed request returns its status', async () => {
    const { requestId } = await makeCast(database);
    await resolveRequest(em, 'system', requestId, rejected);
    expect(await approveRequest(em, 'system', requestId)).toMatchObject({
      outcome: 'already-done',
      status: 'rejected',
    });
  });
});

describe('resolving', () => {
  test.each(['fulfilled', 'rejected', 'cancelled'] as const)('as %s closes it', async (outcome) => {
    const { lena, requestId, offboardingId } = await makeCast(database);
    await resolveRequest(em, 'token:it', requestId, { outcome, note: 'So be it', assetId: null });

    expect(await requestById(em, requestId)).toMatchObject({
      status: outcome,
      note: 'So be it',
      resolvedAt: expect.any(Date),
    });
    expect((await entriesAbout(database, lena.id)).at(-1)).toMatchObject({
      actor: 'token:it',
      action: 'request.resolved',
      details: { requestId, outcome, note: 'So be it' },
    });
    expect(await lastMessage(database, lena.id)).toMatchObject({ offboardingId, facts: ['requests'] });
    expect((await openCountsOf(em, lena.id)).requests).toBe(0);
  });

  test('works from approved too', async () => {
    const { requestId } = await makeCast(database);
    await approveRequest(em, 'system', requestId);
    expect(await resolveRequest(em, 'system', requestId, rejected)).toMatchObject({ status: 'rejected' });
  });

  test('with an asset assigns it in the same transaction', async () => {
    const { lena, spare, requestId, offboardingId } = await makeCast(database);
    await resolveRequest(em, 'system', requestId, { outcome: 'fulfilled', note: null, assetId: spare.id });

    expect((await assetById(em, spare.id)).holder).toMatchObject({ userId: lena.id });
    expect(await openCountsOf(em, lena.id)).toEqual({ hardware: 2, software: 1, requests: 0 });
    expect(await lastMessage(database, lena.id)).toMatchObject({
      offboardingId,
      facts: ['hardware', 'requests'],
    });
    const actions = (await entriesAbout(database, lena.id)).slice(-2);
    expect(actions.map((entry) => entry.action)).toEqual(['asset.assigned', 'request.resolved']);
    expect(actions[1]!.details).toMatchObject({ assetId: spare.id, tag: spare.tag });
  });

  test('with an asset that has a holder changes nothing', async () => {
    const { lena, emil, spare, requestId } = await makeCast(database);
    await assignAsset(em, 'system', spare.id, emil.id);

    await expect(
      resolveRequest(em, 'system', requestId, { outcome: 'fulfilled', note: null, assetId: spare.id }),
    ).rejects.toMatchObject({ code: 'already-assigned', message: expect.stringContaining(emil.name) });
    expect((await requestById(em, requestId)).status).toBe('pending');
    expect(await em.fork().count(Assignment, { userId: lena.id, returnedAt: null })).toBe(1);
  });

  test('with an asset is refused for a suspended person, but rejecting works', async () => {
    const { lena, spare, requestId } = await makeCast(database);
    await updateUser(em, 'system', lena.id, { status: 'suspended' });
    await expect(
      resolveRequest(em, 'system', requestId, { outcome: 'fulfilled', note: null, assetId: spare.id }),
    ).rejects.toMatchObject({ code: 'suspended' });
    expect(await resolveRequest(em, 'system', requestId, rejected)).toMatchObject({ outcome: 'done' });
  });

  test('with an asset that is not fulfilled is refused', async () => {
    const { spare, requestId } = await makeCast(database);
    await expect(
      resolveRequest(em, 'system', requestId, { ...rejected, assetId: spare.id }),
    ).rejects.toBeInstanceOf(InvalidInput);
    expect((await requestById(em, requestId)).status).toBe('pending');
    expect((await assetById(em, spare.id)).status).toBe('in_stock');
  });

  test('twice concurrently happens once, and the second call returns the status', async () => {
    const { lena, requestId } = await makeCast(database);
    const answers = await Promise.all([
      resolveRequest(em, 'system', requestId, rejected),
      resolveRequest(em, 'system', requestId, { ...rejected, outcome: 'cancelled' }),
    ]);
    const { status } = await em.fork().findOneOrFail(Request, { id: requestId });
    expect(answers.map((answer) => answer.status)).toEqual([status, status]);
    expect(answers.map((answer) => answer.outcome).sort()).toEqual(['already-done', 'done']);
    expect(
      (await entriesAbout(database, lena.id)).filter((entry) => entry.action === 'request.resolved'),
    ).toHaveLength(1);
  });

  test('of an unknown request throws NotFound', async () => {
    await expect(resolveRequest(em, 'system', 999_999, rejected)).rejects.toEqual(new NotFound('request'));
    await expect(approveRequest(em, 'system', 999_999)).rejects.toEqual(new NotFound('request'));
  });
});

describe('the list of requests', () => {
  test('shows open requests oldest first, and all requests newest first', async () => {
    const { emil } = await makeCast(database);
    const first = await createRequest(em, 'system', emil.id, { item: 'One', reason: null });
    const second = await createRequest(em, 'system', emil.id, { item: 'Two', reason: null });
    const third = await createRequest(em, 'system', emil.id, { item: 'Three', reason: null });
    await approveRequest(em, 'system', second);
    await resolveRequest(em, 'system', third, rejected);

    const mine = async (filter: Parameters<typeof findRequests>[1]) =>
      (await findRequests(em, filter)).rows.filter((row) => row.userId === emil.id).map((row) => row.id);
    expect(await mine('open')).toEqual([first, second]);
    expect(await mine('pending')).toEqual([first]);
    expect(await mine('approved')).toEqual([second]);
    expect(await mine('rejected')).toEqual([third]);
    expect(await mine('all')).toEqual([third, second, first]);
  });

  test('shows the longest waiting first, also when an older one was added later', async () => {
    const { emil } = await makeCast(database);
    const newer = await createRequest(em, 'system', emil.id, { item: 'Newer', reason: null });
    const older = await createRequest(em, 'system', emil.id, { item: 'Older', reason: null });
    await em.fork().nativeUpdate(Request, { id: older }, { createdAt: new Date('2026-01-07') });
    const mine = async (filter: Parameters<typeof findRequests>[1]) =>
      (await findRequests(em, filter)).rows.filter((row) => row.userId === emil.id).map((row) => row.id);
    expect(await mine('open')).toEqual([older, newer]);
    expect(await mine('all')).toEqual([newer, older]);
  });

  test('knows its end from beyond it', async () => {
    const { total, lastPage } = await findRequests(em, 'all', 900);
    expect(total).toBe(await em.fork().count(Request));
    expect(lastPage).toBe(1);
  });
});
