import { describe, expect, test } from 'vitest';
import { openCountsOf } from '../../../database/core/checklist-sql.ts';
import { Asset, Assignment } from '../../../database/entities/index.ts';
import { assetById, updateAsset } from '../../../database/inventory/assets.ts';
import { assignAsset, historyOf, recoverAsset } from '../../../database/inventory/assignments.ts';
import { undoAssignment } from '../../../database/inventory/undo-assignment.ts';
import { updateUser } from '../../../database/people/users.ts';
import type { Recovery } from '../../../domain/assets.ts';
import { InvalidInput } from '../../../domain/failures.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { entriesAbout, lastMessage, revisionOf } from '../offboarding/traces.ts';

const { database } = await ownDatabase();
const { em } = database;

const backInStock: Recovery = { condition: 'good', nextStatus: 'in_stock', note: null };

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
    expect((await entriesAbout(database, lena.id)).at(-1)).toMatchObject({
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
    expect(await lastMessage(database, lena.id)).toMatchObject({ offboardingId, facts: ['hardware'] });
    expect((await openCountsOf(em, lena.id)).hardware).toBe(0);
  });

  test('a second time changes nothing', async () => {
    const { lena, laptop } = await makeCast(database);
    await recoverAsset(em, 'system', laptop.id, backInStock);
    const entries = (await entriesAbout(database, lena.id)).length;
    const revision = await revisionOf(database, lena.id);

    const again: Recovery = { condition: 'broken', nextStatus: 'retired', note: null };
    expect(await recoverAsset(em, 'system', laptop.id, again)).toEqual({
      outcome: 'already-returned',
      formerHolderId: lena.id,
    });
    expect((await assetById(em, laptop.id)).status).toBe('in_stock');
    expect(await entriesAbout(database, lena.id)).toHaveLength(entries);
    expect(await revisionOf(database, lena.id)).toBe(revision);
  });

  test('a second time names who had it, and not who got it by mistake', async () => {
    const { lena, emil, laptop } = await makeCast(database);
    await recoverAsset(em, 'system', laptop.id, backInStock);
    const mistake = await assignAsset(em, 'system', laptop.id, emil.id);
    await undoAssignment(em, 'system', laptop.id, mistake, 'undo');
    expect(await recoverAsset(em, 'system', laptop.id, backInStock)).toEqual({
      outcome: 'already-returned',
      formerHolderId: lena.id,
    });
  });

  test('twice concurrently happens once', async () => {
    const { lena, laptop } = await makeCast(database);
    const answers = await Promise.all([
      recoverAsset(em, 'system', laptop.id, backInStock),
      recoverAsset(em, 'system', laptop.id, backInStock),
    ]);
    expect(answers.map((answer) => answer.outcome).sort()).toEqual(['already-returned', 'recovered']);
    expect(
      (await entriesAbout(database, lena.id)).filter((entry) => entry.action === 'asset.recovered'),
    ).toHaveLength(1);
  });

  test('from a stale page does not recover it from its next holder', async () => {
    const { lena, emil, laptop } = await makeCast(database);
    await recoverAsset(em, 'system', laptop.id, backInStock);
    await assignAsset(em, 'system', laptop.id, emil.id);

    expect(await recoverAsset(em, 'system', laptop.id, backInStock, laptop.assignmentId)).toEqual({
      outcome: 'already-returned',
      formerHolderId: lena.id,
    });
    expect((await assetById(em, laptop.id)).holder).toMatchObject({ userId: emil.id });
  });

  test('with the assignment of another asset, or an unknown one, is refused', async () => {
    const { spare, laptop } = await makeCast(database);
    const refused = expect.objectContaining({ code: 'out-of-date' });
    await expect(recoverAsset(em, 'system', spare.id, backInStock, laptop.assignmentId)).rejects.toEqual(
      refused,
    );
    await expect(recoverAsset(em, 'system', laptop.id, backInStock, 999_999)).rejects.toEqual(refused);
    expect((await assetById(em, laptop.id)).holder).not.toBeNull();
  });

  test('an asset without any assignment returns no former holder', async () => {
    const { spare } = await makeCast(database);
    expect(await recoverAsset(em, 'system', spare.id, backInStock)).toEqual({
      outcome: 'already-returned',
      formerHolderId: null,
    });
  });

  test('works when another system inserted only the assignment', async () => {
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

  test('works from a person marked offboarded', async () => {
    const { lena, laptop } = await makeCast(database);
    await updateUser(em, 'system', lena.id, { status: 'offboarded' });
    expect(await recoverAsset(em, 'system', laptop.id, backInStock)).toMatchObject({ outcome: 'recovered' });
  });

  test('as lost needs a note and no condition, and is recorded as a loss', async () => {
    const { lena, laptop } = await makeCast(database);
    const lost: Recovery = { condition: null, nextStatus: 'lost', note: null };
    await expect(recoverAsset(em, 'system', laptop.id, lost)).rejects.toEqual(
      new InvalidInput({ note: 'Say what happened. A lost asset needs a note.' }),
    );
    await recoverAsset(em, 'system', laptop.id, { ...lost, note: 'Left on a train' });
    expect(await assetById(em, laptop.id)).toMatchObject({ status: 'lost', holder: null });
    expect((await entriesAbout(database, lena.id)).at(-1)).toMatchObject({
      action: 'asset.lost',
      details: { note: 'Left on a train', condition: null },
    });
  });

  test('as anything else needs a condition', async () => {
    const { laptop } = await makeCast(database);
    const vague: Recovery = { condition: null, nextStatus: 'retired', note: 'no idea' };
    await expect(recoverAsset(em, 'system', laptop.id, vague)).rejects.toEqual(
      new InvalidInput({ condition: 'Choose a return condition.' }),
    );
    expect((await assetById(em, laptop.id)).holder).not.toBeNull();
  });

  test('and assigning it again keeps the history, with the current holder first', async () => {
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
