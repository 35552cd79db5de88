import { describe, expect, test } from 'vitest';
import { assetById, createAsset, updateAsset } from '../../database/assets.ts';
import { assignAsset, historyOf, recoverAsset } from '../../database/assignments.ts';
import { openCountsOf } from '../../database/checklists.ts';
import { completeOffboarding } from '../../database/completion.ts';
import { Asset, Assignment, AuditEntry, Outbox, User } from '../../database/entities/index.ts';
import { resolveRequest } from '../../database/requests.ts';
import { revokeSeat } from '../../database/seats.ts';
import { updateUser } from '../../database/users.ts';
import type { Recovery } from '../../domain/assets.ts';
import { InvalidInput, NotFound, Refusal } from '../../domain/failures.ts';
import { makeCast } from '../support/cast.ts';
import { ownDatabase } from '../support/database.ts';

const { database } = await ownDatabase();
const { em } = database;

const backInStock: Recovery = { condition: 'good', nextStatus: 'in_stock', note: null };
const entriesAbout = (userId: number) => em.fork().find(AuditEntry, { userId }, { orderBy: { id: 'asc' } });
const revisionOf = async (userId: number) => (await em.fork().findOneOrFail(User, { id: userId })).revision;
const lastMessage = async (userId: number) =>
  (await em.fork().find(Outbox, { userId }, { orderBy: { id: 'desc' }, limit: 1 }))[0];

describe('assigning', () => {
  test('hands the asset out, with its entry, a message to the engine and a new revision', async () => {
    const { lena, ivo, spare, offboardingId } = await makeCast(database);
    const before = await revisionOf(lena.id);

    const assignmentId = await assignAsset(em, `user:${ivo.id}`, spare.id, lena.id);

    expect(await assetById(em, spare.id)).toMatchObject({
      status: 'assigned',
      holder: { assignmentId, userId: lena.id, name: lena.name },
    });
    expect((await entriesAbout(lena.id)).at(-1)).toMatchObject({
      actor: `user:${ivo.id}`,
      action: 'asset.assigned',
      details: { assetId: spare.id, tag: spare.tag, assignmentId },
    });
    expect(await lastMessage(lena.id)).toMatchObject({ offboardingId, facts: ['hardware'] });
    expect(await revisionOf(lena.id)).toBe(before + 1);
  });

  test('is refused while somebody holds it, naming them', async () => {
    const { emil, lena, laptop } = await makeCast(database);
    await expect(assignAsset(em, 'system', laptop.id, emil.id)).rejects.toEqual(
      new Refusal('already-assigned', `${lena.name} holds ${laptop.tag}. Recover it first.`),
    );
    expect((await openCountsOf(em, emil.id)).hardware).toBe(0);
  });

  test.each([
    ['in_repair', 'is in repair'],
    ['retired', 'has been retired'],
    ['lost', 'is lost'],
  ] as const)('is refused when the asset is %s', async (status, words) => {
    const { emil } = await makeCast(database);
    const tag = `WHERE-${status}`;
    const id = await createAsset(em, 'system', { tag, serial: null, model: 'M', location: null, status });
    await expect(assignAsset(em, 'system', id, emil.id)).rejects.toEqual(
      new Refusal('not-in-stock', `${tag} ${words}, so it cannot be handed out.`),
    );
  });

  test.each([
    ['suspended', 'is suspended'],
    ['offboarded', 'has been offboarded'],
  ] as const)('to somebody %s is refused in words', async (status, words) => {
    const { emil, spare } = await makeCast(database);
    await updateUser(em, 'system', emil.id, { status });
    await expect(assignAsset(em, 'system', spare.id, emil.id)).rejects.toThrow(
      `${emil.name} ${words} and cannot be given anything new.`,
    );
    expect((await assetById(em, spare.id)).status).toBe('in_stock');
  });

  test('by two people at once gives it to one of them', async () => {
    for (let round = 0; round < 10; round++) {
      const { emil, rosa, spare } = await makeCast(database);
      const answers = await Promise.allSettled([
        assignAsset(em, 'system', spare.id, emil.id),
        assignAsset(em, 'system', spare.id, rosa.id),
      ]);
      const refused = answers.filter((answer) => answer.status === 'rejected');
      expect(refused).toHaveLength(1);
      expect(refused[0]!.reason).toMatchObject({ code: 'already-assigned' });
      expect(await em.fork().count(Assignment, { assetId: spare.id, returnedAt: null })).toBe(1);
    }
  });

  test('of nothing, or to nobody, is not found', async () => {
    const { emil, spare } = await makeCast(database);
    await expect(assignAsset(em, 'system', 999_999, emil.id)).rejects.toEqual(new NotFound('asset'));
    await expect(assignAsset(em, 'system', spare.id, 999_999)).rejects.toEqual(new NotFound('user'));
  });
});

describe('the schema', () => {
  test('refuses by itself to give anything to somebody whose offboarding is completed', async () => {
    const { lena, laptop, spare, seatId, requestId, offboardingId } = await makeCast(database);
    await recoverAsset(em, 'system', laptop.id, backInStock);
    await revokeSeat(em, 'system', seatId);
    await resolveRequest(em, 'system', requestId, { outcome: 'rejected', note: null, assetId: null });
    expect(await completeOffboarding(em, offboardingId, 'token:hr')).toMatchObject({ outcome: 'completed' });

    const fork = em.fork();
    fork.create(Assignment, { assetId: spare.id, userId: lena.id });
    await expect(fork.flush()).rejects.toMatchObject({ constraint: 'assignments_assignable_user_fk' });
  });

  test('lets an asset have one holder', async () => {
    const { emil, laptop } = await makeCast(database);
    const fork = em.fork();
    fork.create(Assignment, { assetId: laptop.id, userId: emil.id });
    await expect(fork.flush()).rejects.toMatchObject({ constraint: 'assignments_one_holder' });
  });
});

describe('recovering', () => {
  test('ends the assignment and records condition, next status and note', async () => {
    const { lena, ivo, laptop, offboardingId } = await makeCast(database);
    const recovery: Recovery = { condition: 'worn', nextStatus: 'in_repair', note: 'Battery' };

    expect(await recoverAsset(em, `user:${ivo.id}`, laptop.id, recovery)).toEqual({
      outcome: 'recovered',
      formerHolderId: lena.id,
    });

    expect(await assetById(em, laptop.id)).toMatchObject({
      status: 'in_repair',
      condition: 'worn',
      holder: null,
    });
    expect(await historyOf(em, laptop.id)).toMatchObject([
      { userId: lena.id, returnedAt: expect.any(Date), condition: 'worn', note: 'Battery' },
    ]);
    expect((await entriesAbout(lena.id)).at(-1)).toMatchObject({
      action: 'asset.recovered',
      details: {
        assetId: laptop.id,
        tag: laptop.tag,
        assignmentId: laptop.assignmentId,
        condition: 'worn',
        nextStatus: 'in_repair',
        note: 'Battery',
      },
    });
    expect(await lastMessage(lena.id)).toMatchObject({ offboardingId, facts: ['hardware'] });
    expect((await openCountsOf(em, lena.id)).hardware).toBe(0);
  });

  test('a second time changes nothing', async () => {
    const { lena, laptop } = await makeCast(database);
    await recoverAsset(em, 'system', laptop.id, backInStock);
    const entries = (await entriesAbout(lena.id)).length;
    const revision = await revisionOf(lena.id);

    const again: Recovery = { condition: 'broken', nextStatus: 'retired', note: null };
    expect(await recoverAsset(em, 'system', laptop.id, again)).toEqual({
      outcome: 'already-returned',
      formerHolderId: lena.id,
    });
    expect((await assetById(em, laptop.id)).status).toBe('in_stock');
    expect(await entriesAbout(lena.id)).toHaveLength(entries);
    expect(await revisionOf(lena.id)).toBe(revision);
  });

  test('twice at once happens once', async () => {
    const { lena, laptop } = await makeCast(database);
    const answers = await Promise.all([
      recoverAsset(em, 'system', laptop.id, backInStock),
      recoverAsset(em, 'system', laptop.id, backInStock),
    ]);
    expect(answers.map((answer) => answer.outcome).sort()).toEqual(['already-returned', 'recovered']);
    expect((await entriesAbout(lena.id)).filter((entry) => entry.action === 'asset.recovered')).toHaveLength(
      1,
    );
  });

  test('from an old page does not take it from its next holder', async () => {
    const { lena, emil, laptop } = await makeCast(database);
    await recoverAsset(em, 'system', laptop.id, backInStock);
    await assignAsset(em, 'system', laptop.id, emil.id);

    expect(await recoverAsset(em, 'system', laptop.id, backInStock, laptop.assignmentId)).toEqual({
      outcome: 'already-returned',
      formerHolderId: lena.id,
    });
    expect((await assetById(em, laptop.id)).holder).toMatchObject({ userId: emil.id });
  });

  test('by the assignment of another asset, or by none at all, is refused and changes neither', async () => {
    const { spare, laptop } = await makeCast(database);
    const refused = expect.objectContaining({ code: 'out-of-date' });
    await expect(recoverAsset(em, 'system', spare.id, backInStock, laptop.assignmentId)).rejects.toEqual(
      refused,
    );
    await expect(recoverAsset(em, 'system', laptop.id, backInStock, 999_999)).rejects.toEqual(refused);
    expect((await assetById(em, laptop.id)).holder).not.toBeNull();
  });

  test('what nobody has ever held says so', async () => {
    const { spare } = await makeCast(database);
    expect(await recoverAsset(em, 'system', spare.id, backInStock)).toEqual({
      outcome: 'already-returned',
      formerHolderId: null,
    });
  });

  test('works when another system wrote the assignment and left the status alone', async () => {
    const { emil, spare } = await makeCast(database);
    const fork = em.fork();
    fork.create(Assignment, { assetId: spare.id, userId: emil.id });
    await fork.flush();
    expect((await em.fork().findOneOrFail(Asset, { id: spare.id })).status).toBe('in_stock');

    expect(await recoverAsset(em, 'system', spare.id, backInStock)).toEqual({
      outcome: 'recovered',
      formerHolderId: emil.id,
    });
  });

  test('works from somebody who was marked offboarded with hardware out', async () => {
    const { lena, laptop } = await makeCast(database);
    await updateUser(em, 'system', lena.id, { status: 'offboarded' });
    expect(await recoverAsset(em, 'system', laptop.id, backInStock)).toMatchObject({ outcome: 'recovered' });
  });

  test('as lost needs a note and no condition, and is recorded as a loss', async () => {
    const { lena, laptop } = await makeCast(database);
    const lost: Recovery = { condition: null, nextStatus: 'lost', note: null };
    await expect(recoverAsset(em, 'system', laptop.id, lost)).rejects.toEqual(
      new InvalidInput({ note: 'Say what happened: a lost asset needs a note.' }),
    );
    await recoverAsset(em, 'system', laptop.id, { ...lost, note: 'Left on a train' });
    expect(await assetById(em, laptop.id)).toMatchObject({ status: 'lost', holder: null });
    expect((await entriesAbout(lena.id)).at(-1)).toMatchObject({
      action: 'asset.lost',
      details: { note: 'Left on a train', condition: null },
    });
  });

  test('as anything else needs a condition', async () => {
    const { laptop } = await makeCast(database);
    const vague: Recovery = { condition: null, nextStatus: 'retired', note: 'no idea' };
    await expect(recoverAsset(em, 'system', laptop.id, vague)).rejects.toEqual(
      new InvalidInput({ condition: 'Choose the condition it came back in.' }),
    );
    expect((await assetById(em, laptop.id)).holder).not.toBeNull();
  });

  test('and handing it out again keeps the history, the holder of today first', async () => {
    const { lena, emil, laptop } = await makeCast(database);
    await recoverAsset(em, 'system', laptop.id, { ...backInStock, nextStatus: 'in_repair' });
    const { tag } = laptop;
    await updateAsset(em, 'system', laptop.id, {
      tag,
      serial: null,
      model: 'M',
      location: null,
      status: 'in_stock',
    });
    await assignAsset(em, 'system', laptop.id, emil.id);
    expect((await historyOf(em, laptop.id)).map((line) => line.userId)).toEqual([emil.id, lena.id]);
  });
});
