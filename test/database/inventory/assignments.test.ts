import { describe, expect, test } from 'vitest';
import { openCountsOf } from '../../../database/core/checklist-sql.ts';
import { Assignment } from '../../../database/entities/index.ts';
import { assetById, createAsset } from '../../../database/inventory/assets.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { updateUser } from '../../../database/people/users.ts';
import { NotFound, Refusal } from '../../../domain/failures.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { entriesAbout, lastMessage, revisionOf } from '../offboarding/traces.ts';

const { database } = await ownDatabase();
const { em } = database;

describe('assigning', () => {
  test('assigns the asset, writes an audit entry and an outbox row, and increments the revision', async () => {
    const { lena, ivo, spare, offboardingId } = await makeCast(database);
    const before = await revisionOf(database, lena.id);

    const assignmentId = await assignAsset(em, `user:${ivo.id}`, spare.id, lena.id);

    expect(await assetById(em, spare.id)).toMatchObject({
      status: 'assigned',
      holder: { assignmentId, userId: lena.id, name: lena.name },
    });
    expect((await entriesAbout(database, lena.id)).at(-1)).toMatchObject({
      actor: `user:${ivo.id}`,
      action: 'asset.assigned',
      details: { assetId: spare.id, tag: spare.tag, assignmentId },
    });
    expect(await lastMessage(database, lena.id)).toMatchObject({ offboardingId, facts: ['hardware'] });
    expect(await revisionOf(database, lena.id)).toBe(before + 1);
  });

  test('is refused while the asset has a holder, and names the holder', async () => {
    const { emil, lena, laptop } = await makeCast(database);
    await expect(assignAsset(em, 'system', laptop.id, emil.id)).rejects.toEqual(
      new Refusal('already-assigned', `${laptop.tag} is assigned to ${lena.name}. Recover it first.`),
    );
    expect((await openCountsOf(em, emil.id)).hardware).toBe(0);
  });

  test.each([
    ['in_repair', 'is in repair'],
    ['retired', 'is retired'],
    ['lost', 'is lost'],
  ] as const)('is refused when the asset is %s', async (status, words) => {
    const { emil } = await makeCast(database);
    const tag = `WHERE-${status}`;
    const id = await createAsset(em, 'system', { tag, serial: null, model: 'M', location: null, status });
    await expect(assignAsset(em, 'system', id, emil.id)).rejects.toEqual(
      new Refusal('not-in-stock', `${tag} ${words}, so it can't be assigned.`),
    );
  });

  test.each([
    ['suspended', 'is suspended'],
    ['offboarded', 'is offboarded'],
  ] as const)('to a person who is %s is refused', async (status, words) => {
    const { emil, spare } = await makeCast(database);
    await updateUser(em, 'system', emil.id, { status });
    await expect(assignAsset(em, 'system', spare.id, emil.id)).rejects.toThrow(
      `${emil.name} ${words} and can't get new items.`,
    );
    expect((await assetById(em, spare.id)).status).toBe('in_stock');
  });

  test('concurrently to two people gives it to one of them', async () => {
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

  test('of an unknown asset, or to an unknown person, throws NotFound', async () => {
    const { emil, spare } = await makeCast(database);
    await expect(assignAsset(em, 'system', 999_999, emil.id)).rejects.toEqual(new NotFound('asset'));
    await expect(assignAsset(em, 'system', spare.id, 999_999)).rejects.toEqual(new NotFound('person'));
  });
});

describe('the schema', () => {
  test('refuses to give anything to a person whose offboarding is completed', async () => {
    const cast = await makeCast(database);
    const { lena, spare } = cast;
    await clearChecklist(database, cast);
    expect(await completeOffboarding(em, cast.offboardingId, 'token:hr')).toMatchObject({
      outcome: 'completed',
    });

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
