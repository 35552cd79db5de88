import { describe, expect, test } from 'vitest';
import { openCountsOf } from '../../../database/core/checklist-sql.ts';
import { Assignment, RecoveryCorrection } from '../../../database/entities/index.ts';
import { assetById, assetsInStock, findAssets, updateAsset } from '../../../database/inventory/assets.ts';
import { assignAsset, historyOf, recoverAsset } from '../../../database/inventory/assignments.ts';
import { undoRecovery } from '../../../database/inventory/corrections.ts';
import { readChecklistPage } from '../../../database/offboarding/checklist-page.ts';
import { queueOf } from '../../../database/offboarding/queue.ts';
import { noFilter, soonestFirst } from '../../../domain/offboarding/queue-groups.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist, recoverLaptop } from '../../../testing/cast/clearing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { complete, userOf } from '../offboarding/completing.ts';
import { entriesAbout, revisionOf } from '../offboarding/traces.ts';

const { database } = await ownDatabase();
const { em } = database;

/** A cast whose leaver is offboarded. */
async function completed() {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  await complete(database, cast);
  return cast;
}

async function corrected() {
  const cast = await completed();
  await undoRecovery(em, `user:${cast.ivo.id}`, cast.laptop.id, cast.laptop.assignmentId);
  return cast;
}

const assignmentOf = (id: number) => em.fork().findOneOrFail(Assignment, { id });
const wholeQueue = {
  lookAhead: 30,
  group: null,
  ...noFilter,
  sort: soonestFirst,
} as const;
const rowOf = async (userId: number, page = 1) =>
  (await queueOf(em, wholeQueue, '2026-11-24', page)).find(({ id }) => id === userId);

describe('(R19) undoing a recovery after the completion', () => {
  test('reopens nothing, and records who still has the asset', async () => {
    const { lena, ivo, laptop, offboardingId } = await completed();
    const [assignment, user] = [await assignmentOf(laptop.assignmentId), await userOf(database, lena.id)];
    const revision = await revisionOf(database, lena.id);

    expect(await undoRecovery(em, `user:${ivo.id}`, laptop.id)).toEqual({
      outcome: 'corrected',
      holderId: lena.id,
    });

    expect(await assignmentOf(laptop.assignmentId)).toEqual(assignment);
    expect((await userOf(database, lena.id)).offboardingCompletedAt).toEqual(user.offboardingCompletedAt);
    expect(await openCountsOf(em, lena.id)).toEqual({ hardware: 0, software: 0, requests: 0 });
    const correction = await em.fork().findOneOrFail(RecoveryCorrection, { assetId: laptop.id });
    expect(correction).toMatchObject({ createdBy: `user:${ivo.id}`, closedAt: null });
    expect((await entriesAbout(database, lena.id)).at(-1)).toMatchObject({
      action: 'asset.recovery_corrected',
      details: { tag: laptop.tag, assignmentId: laptop.assignmentId, correctionId: correction.id },
    });
    expect(await revisionOf(database, lena.id)).toBe(revision + 1);
    expect((await readChecklistPage(em, lena.id)).offboarding).toMatchObject({
      id: offboardingId,
      state: 'completed',
    });
  });

  test('brings the person back to the queue and the checklist, under Hardware', async () => {
    const before = await completed();
    expect(await rowOf(before.lena.id)).toBeUndefined();
    const { lena, laptop } = await corrected();
    expect(await rowOf(lena.id)).toMatchObject({
      status: 'offboarded',
      hardware: 1,
      software: 0,
      requests: 0,
    });
    expect((await readChecklistPage(em, lena.id)).hardware).toMatchObject([
      { assetId: laptop.id, tag: laptop.tag, correctedAt: expect.any(String) },
    ]);
  });

  test('shows the asset with that person, and as assigned in every list', async () => {
    const { lena, laptop } = await corrected();
    const shown = { status: 'assigned', holder: { userId: lena.id, correctedAt: expect.any(Date) } };
    expect(await assetById(em, laptop.id)).toMatchObject(shown);
    const find = async (status: 'assigned' | 'in_stock') =>
      (await findAssets(em, { search: laptop.tag, status })).rows;
    expect(await find('assigned')).toMatchObject([shown]);
    expect(await find('in_stock')).toEqual([]);
    expect(await assetsInStock(em, laptop.tag, 5)).toEqual([]);
    expect((await historyOf(em, laptop.id))[0]).toMatchObject({
      returnedAt: null,
      condition: null,
      correctedAt: expect.any(Date),
    });
    await expect(updateAsset(em, 'system', laptop.id, { status: 'in_repair' })).rejects.toThrow(
      'This asset is assigned to Lena Brandt. Recover it to change its status.',
    );
  });

  test('ends with the recovery of the asset, which states its condition', async () => {
    const { lena, laptop, emil } = await corrected();
    const worn = { condition: 'worn', nextStatus: 'in_stock', note: 'By post' } as const;
    expect(await recoverAsset(em, 'system', laptop.id, worn)).toEqual({
      outcome: 'recovered',
      formerHolderId: lena.id,
    });
    expect(await rowOf(lena.id)).toBeUndefined();
    expect((await readChecklistPage(em, lena.id)).hardware).toEqual([]);
    expect(await assetById(em, laptop.id)).toMatchObject({
      status: 'in_stock',
      condition: 'worn',
      holder: null,
    });
    expect((await historyOf(em, laptop.id))[0]).toMatchObject({
      returnedAt: expect.any(Date),
      condition: 'worn',
      note: 'By post',
    });
    expect((await entriesAbout(database, lena.id)).at(-1)).toMatchObject({
      action: 'asset.recovered',
      details: { correctionId: expect.any(Number), condition: 'worn', nextStatus: 'in_stock' },
    });
    const again = await recoverAsset(em, 'system', laptop.id, worn, laptop.assignmentId);
    expect(again.outcome).toBe('already-returned');
    await assignAsset(em, 'system', laptop.id, emil.id);
    expect((await assetById(em, laptop.id)).holder).toMatchObject({ userId: emil.id });
  });

  test('can be done again after another wrong recovery', async () => {
    const cast = await corrected();
    await recoverLaptop(database, cast);
    expect(await undoRecovery(em, 'system', cast.laptop.id)).toMatchObject({ outcome: 'corrected' });
    expect(await rowOf(cast.lena.id)).toMatchObject({ hardware: 1 });
  });

  test('never counts twice', async () => {
    const { lena, laptop } = await completed();
    const { id, assignmentId } = laptop;
    const answers = await Promise.all([1, 2, 3].map(() => undoRecovery(em, 'system', id, assignmentId)));
    expect(answers.map(({ outcome }) => outcome).sort()).toEqual(['corrected', 'unchanged', 'unchanged']);
    expect(await em.fork().count(RecoveryCorrection, { userId: lena.id })).toBe(1);
  });
});
