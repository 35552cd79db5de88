import { test as base, describe, expect } from 'vitest';
import { Assignment, Offboarding, User } from '../../../../database/entities/index.ts';
import { assignAsset } from '../../../../database/inventory/assignments.ts';
import { openForCompletion } from '../../../../database/offboarding/completion-without-end-date.ts';
import { erasePerson } from '../../../../database/people/erasure.ts';
import { mergePeople } from '../../../../database/people/merging/merge.ts';
import { updateUser } from '../../../../database/people/users.ts';
import { NotFound } from '../../../../domain/failures.ts';
import { makeCast } from '../../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../../testing/cast/clearing.ts';
import { ownDatabase } from '../../../../testing/servers/database.ts';
import { complete } from '../../offboarding/completing.ts';

const { database } = await ownDatabase();
const { em } = database;
const test = base.extend('cast', () => makeCast(database));

describe('a merge is refused', () => {
  test('by rank: only a super-admin merges someone with a role', async ({
    cast: { ada, nora, ivo, emil, rosa },
  }) => {
    await expect(mergePeople(em, `user:${nora.id}`, ivo.id, emil.id)).rejects.toMatchObject({
      code: 'outranked',
    });
    await expect(mergePeople(em, `user:${nora.id}`, emil.id, ivo.id)).rejects.toMatchObject({
      code: 'outranked',
    });
    await mergePeople(em, `user:${nora.id}`, emil.id, rosa.id);
    await mergePeople(em, `user:${ada.id}`, ivo.id, rosa.id);
    expect(await em.fork().findOneOrFail(User, { id: ivo.id })).toMatchObject({
      role: 'employee',
      status: 'suspended',
    });
  });

  test('for the last super-admin, for oneself and for one record', async ({ cast: { ada, emil } }) => {
    await em.fork().nativeUpdate(User, { role: 'super-admin', id: { $ne: ada.id } }, { role: 'admin' });
    await expect(mergePeople(em, 'token:hr', ada.id, emil.id)).rejects.toMatchObject({
      code: 'last-super-admin',
    });
    await expect(mergePeople(em, `user:${ada.id}`, ada.id, emil.id)).rejects.toMatchObject({
      code: 'own-record',
    });
    await expect(mergePeople(em, 'system', emil.id, emil.id)).rejects.toMatchObject({ code: 'same-record' });
    await expect(mergePeople(em, 'system', 2 ** 31 - 1, emil.id)).rejects.toBeInstanceOf(NotFound);
  });

  test('while a completion is running on either', async ({
    cast: { nora, rosa, timo, lena, offboardingId },
  }) => {
    await openForCompletion(em, `user:${nora.id}`, rosa.id);
    await expect(mergePeople(em, 'system', rosa.id, timo.id)).rejects.toMatchObject({
      code: 'completion-running',
    });
    await expect(mergePeople(em, 'system', timo.id, rosa.id)).rejects.toMatchObject({
      code: 'completion-running',
    });
    await em.fork().nativeUpdate(Offboarding, { id: offboardingId }, { failedStep: 'completion' });
    await expect(mergePeople(em, 'system', lena.id, timo.id)).rejects.toMatchObject({
      code: 'completion-running',
    });
  });

  test('when either has completed, or was erased', async ({ cast }) => {
    const { lena, emil } = cast;
    await clearChecklist(database, cast);
    await complete(database, cast);
    await expect(mergePeople(em, 'system', lena.id, emil.id)).rejects.toMatchObject({
      code: 'already-offboarded',
    });
    await expect(mergePeople(em, 'system', emil.id, lena.id)).rejects.toMatchObject({
      code: 'already-offboarded',
    });
    await em.fork().execute("update mails set state = 'sent', closed_at = now() where state = 'pending'");
    await erasePerson(em, 'system', lena.id);
    await expect(mergePeople(em, 'system', emil.id, lena.id)).rejects.toMatchObject({
      code: 'already-offboarded',
    });
  });

  test('when the end date is before the start date of the one that stays', async ({
    cast: { lena, emil },
  }) => {
    await updateUser(em, 'system', emil.id, { startDate: '2199-01-01' });
    await expect(mergePeople(em, 'system', lena.id, emil.id)).rejects.toMatchObject({
      fields: expect.anything(),
    });
    expect(await em.fork().findOneOrFail(User, { id: lena.id })).toMatchObject({
      mergedInto: null,
      status: 'active',
    });
  });
});

describe('a merge at the same moment', () => {
  test('as a completion: one of both wins, and nothing is left with someone who has completed', async () => {
    for (let round = 0; round < 10; round++) {
      const cast = await makeCast(database);
      await clearChecklist(database, cast);
      await assignAsset(em, 'system', cast.spare.id, cast.emil.id);
      const into = round % 2 === 0;
      const [gone, kept] = into ? [cast.emil, cast.lena] : [cast.lena, cast.emil];
      const [completion, merge] = await Promise.allSettled([
        complete(database, cast),
        mergePeople(em, 'system', gone.id, kept.id),
      ]);
      const lena = await em.fork().findOneOrFail(User, { id: cast.lena.id });
      const outcome = (completion as PromiseFulfilledResult<{ outcome: string }>).value.outcome;
      if (merge.status === 'rejected') expect(outcome).toBe('completed');
      else expect(outcome).toBe(into ? 'still-open' : 'cancelled');
      expect(Boolean(lena.offboardingCompletedAt)).toBe(merge.status === 'rejected');
      const left = await em.fork().find(Assignment, { userId: cast.lena.id, live: true });
      expect(left).toHaveLength(merge.status === 'fulfilled' && into ? 1 : 0);
    }
  });

  test('as an assignment: the asset is with the one that stays, or with no one', async () => {
    for (let round = 0; round < 10; round++) {
      const { rosa, emil, spare } = await makeCast(database);
      const [assigned] = await Promise.allSettled([
        assignAsset(em, 'system', spare.id, rosa.id),
        mergePeople(em, 'system', rosa.id, emil.id),
      ]);
      const open = await em.fork().find(Assignment, { assetId: spare.id, live: true });
      expect(open.map(({ userId }) => userId)).toEqual(assigned.status === 'fulfilled' ? [emil.id] : []);
    }
  });
});
