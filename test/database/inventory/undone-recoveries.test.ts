import { describe, expect, test } from 'vitest';
import { openCountsOf } from '../../../database/core/checklist-sql.ts';
import { Assignment, RecoveryCorrection } from '../../../database/entities/index.ts';
import { assetById } from '../../../database/inventory/assets.ts';
import { assignAsset, historyOf, recoverAsset } from '../../../database/inventory/assignments.ts';
import { undoRecovery } from '../../../database/inventory/corrections.ts';
import { readSnapshots } from '../../../database/offboarding/snapshots.ts';
import { updateUser } from '../../../database/people/users.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist, recoverLaptop } from '../../../testing/cast/clearing.ts';
import { deliveriesTo, subscribe } from '../../../testing/cast/webhooks.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { complete, userOf } from '../offboarding/completing.ts';
import { entriesAbout, lastMessage, revisionOf } from '../offboarding/traces.ts';

const { database } = await ownDatabase();
const { em } = database;

describe('(R19) undoing a recovery before the completion', () => {
  test('reopens the same assignment, and clears what was stated', async () => {
    const { lena, ivo, laptop, offboardingId } = await makeCast(database);
    const worn = { condition: 'worn', nextStatus: 'in_repair', note: 'Battery' } as const;
    await recoverAsset(em, 'system', laptop.id, worn);
    const revision = await revisionOf(database, lena.id);

    expect(await undoRecovery(em, `user:${ivo.id}`, laptop.id, laptop.assignmentId)).toEqual({
      outcome: 'reopened',
      holderId: lena.id,
    });

    expect(await em.fork().find(Assignment, { assetId: laptop.id })).toMatchObject([
      { id: laptop.assignmentId, userId: lena.id, returnedAt: null, condition: null, note: null },
    ]);
    expect(await assetById(em, laptop.id)).toMatchObject({
      status: 'assigned',
      condition: null,
      holder: { userId: lena.id, correctedAt: null },
    });
    expect((await openCountsOf(em, lena.id)).hardware).toBe(1);
    expect((await entriesAbout(database, lena.id)).at(-1)).toMatchObject({
      actor: `user:${ivo.id}`,
      action: 'asset.recovery_undone',
      details: { assetId: laptop.id, tag: laptop.tag, assignmentId: laptop.assignmentId },
    });
    expect(await lastMessage(database, lena.id)).toMatchObject({ offboardingId, facts: ['hardware'] });
    expect(await revisionOf(database, lena.id)).toBe(revision + 1);
    const [snapshot] = await readSnapshots(em, [offboardingId]);
    expect(snapshot?.hardware.ids).toEqual([laptop.assignmentId]);
    expect(await em.fork().count(RecoveryCorrection, {})).toBe(0);
  });

  test('restores the condition that an earlier recovery stated', async () => {
    const { lena, emil, laptop } = await makeCast(database);
    await recoverAsset(em, 'system', laptop.id, { condition: 'worn', nextStatus: 'in_stock', note: null });
    await assignAsset(em, 'system', laptop.id, emil.id);
    await recoverAsset(em, 'system', laptop.id, { condition: 'good', nextStatus: 'in_stock', note: null });
    await undoRecovery(em, 'system', laptop.id);
    expect(await assetById(em, laptop.id)).toMatchObject({ condition: 'worn', holder: { userId: emil.id } });
    expect((await historyOf(em, laptop.id)).map(({ userId }) => userId)).toEqual([emil.id, lena.id]);
  });

  test('publishes "everything cleared" again once it is recovered again', async () => {
    const endpoint = await subscribe(database, undefined, ['offboarding.cleared']);
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    await undoRecovery(em, 'system', cast.laptop.id);
    expect(await complete(database, cast)).toMatchObject({ outcome: 'still-open', counts: { hardware: 1 } });
    expect(await deliveriesTo(database, endpoint.id)).toHaveLength(1);
    await recoverLaptop(database, cast);
    expect(await deliveriesTo(database, endpoint.id)).toHaveLength(2);
  });

  test('works for a person who is suspended or marked offboarded', async () => {
    for (const status of ['suspended', 'offboarded'] as const) {
      const cast = await makeCast(database);
      await recoverLaptop(database, cast);
      await updateUser(em, 'system', cast.lena.id, { status });
      expect(await undoRecovery(em, 'system', cast.laptop.id)).toMatchObject({ outcome: 'reopened' });
    }
  });

  test('is refused while another person has the asset, and after no assignment at all', async () => {
    const cast = await makeCast(database);
    const { emil, laptop, spare } = cast;
    await recoverLaptop(database, cast);
    await assignAsset(em, 'system', laptop.id, emil.id);
    for (const assignmentId of [undefined, laptop.assignmentId]) {
      await expect(undoRecovery(em, 'system', laptop.id, assignmentId)).rejects.toMatchObject({
        code: 'already-assigned',
        message: `${laptop.tag} is assigned to Emil Novák. Recover it before you undo a recovery.`,
      });
    }
    await expect(undoRecovery(em, 'system', spare.id)).rejects.toMatchObject({ code: 'never-assigned' });
    const another = undoRecovery(em, 'system', spare.id, laptop.assignmentId);
    await expect(another).rejects.toMatchObject({ code: 'out-of-date' });
    await expect(undoRecovery(em, 'system', 999_999)).rejects.toThrow("We can't find this asset.");
  });

  test('without an assignment undoes what was recovered last, also by a correction', async () => {
    const cast = await makeCast(database);
    const { lena, emil, laptop } = cast;
    await clearChecklist(database, cast);
    await complete(database, cast);
    await assignAsset(em, 'system', laptop.id, emil.id);
    await recoverLaptop(database, cast);
    expect(await undoRecovery(em, 'system', laptop.id)).toEqual({ outcome: 'reopened', holderId: emil.id });
    await recoverLaptop(database, cast);
    await undoRecovery(em, 'system', laptop.id, laptop.assignmentId);
    await recoverLaptop(database, cast);
    expect(await undoRecovery(em, 'system', laptop.id)).toEqual({ outcome: 'corrected', holderId: lena.id });
  });

  test('twice at the same time happens once', async () => {
    const cast = await makeCast(database);
    await recoverLaptop(database, cast);
    const { id, assignmentId } = cast.laptop;
    const answers = await Promise.all([1, 2].map(() => undoRecovery(em, 'system', id, assignmentId)));
    expect(answers.map(({ outcome }) => outcome).sort()).toEqual(['reopened', 'unchanged']);
    const entries = await entriesAbout(database, cast.lena.id);
    expect(entries.filter(({ action }) => action === 'asset.recovery_undone')).toHaveLength(1);
  });

  test('and a completion at the same time never leave a completed person with an open assignment', async () => {
    const outcomes = new Set<string>();
    for (let round = 0; round < 8; round++) {
      const cast = await makeCast(database);
      await clearChecklist(database, cast);
      const later = new Promise((resolve) => setTimeout(resolve, round * 2));
      const [undone, completed] = await Promise.all([
        later.then(() => undoRecovery(em, 'system', cast.laptop.id)),
        complete(database, cast),
      ]);
      const isCompleted = (await userOf(database, cast.lena.id)).offboardingCompletedAt !== null;
      expect(completed.outcome).toBe(isCompleted ? 'completed' : 'still-open');
      expect(undone.outcome).toBe(isCompleted ? 'corrected' : 'reopened');
      expect((await openCountsOf(em, cast.lena.id)).hardware).toBe(isCompleted ? 0 : 1);
      outcomes.add(undone.outcome);
    }
    expect(outcomes.size).toBeGreaterThan(0);
  });
});

describe('the location of a recovery', () => {
  const locationOf = async (assetId: number) => (await assetById(em, assetId)).location;
  const recover = (assetId: number, location?: string | null) =>
    recoverAsset(em, 'system', assetId, { condition: 'good', nextStatus: 'in_stock', note: null, location });

  test.each([
    ['stays when it is left out', undefined, 'Lisbon'],
    ['is cleared by null', null, null],
    ['is set by a text', 'Shelf 3', 'Shelf 3'],
  ])('%s, and comes back with an undo', async (_what, location, expected) => {
    const { laptop } = await makeCast(database);
    await recover(laptop.id, location);
    expect(await locationOf(laptop.id)).toBe(expected);
    await undoRecovery(em, 'system', laptop.id, laptop.assignmentId, 'undo');
    expect(await locationOf(laptop.id)).toBe('Lisbon');
  });

  test('that was changed since the recovery stays after an undo', async () => {
    const { laptop } = await makeCast(database);
    await recover(laptop.id, 'Shelf 3');
    await em.fork().execute('update assets set location = ? where id = ?', ['Shelf 4', laptop.id]);
    await undoRecovery(em, 'system', laptop.id, laptop.assignmentId, 'undo');
    expect(await locationOf(laptop.id)).toBe('Shelf 4');
  });
});
