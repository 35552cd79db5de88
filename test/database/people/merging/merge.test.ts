import { test as base, describe, expect } from 'vitest';
import { Assignment, Offboarding, Request, Seat, User } from '../../../../database/entities/index.ts';
import { assignAsset } from '../../../../database/inventory/assignments.ts';
import { undoRecovery } from '../../../../database/inventory/corrections.ts';
import { assignSeat } from '../../../../database/inventory/seats.ts';
import { undoResolution } from '../../../../database/inventory/undo-resolution.ts';
import { undoRevocation } from '../../../../database/inventory/undo-revocation.ts';
import { completeOffboarding } from '../../../../database/offboarding/completion.ts';
import { setEndDate } from '../../../../database/offboarding/offboardings.ts';
import { readApiUser } from '../../../../database/people/api-users.ts';
import { mergePeople } from '../../../../database/people/merging/merge.ts';
import { peopleNamedExactly } from '../../../../database/people/user-list.ts';
import { createUser, updateUser } from '../../../../database/people/users.ts';
import { auditTrail } from '../../../../database/workspace/audit-trail.ts';
import { makeCast } from '../../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../../testing/cast/clearing.ts';
import { ownDatabase } from '../../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;
const test = base.extend('cast', () => makeCast(database));

describe('a merge of two records of one person (R11)', () => {
  test('moves what is open, and frees a doubled seat', async ({
    cast: { lena, emil, ada, rosa, license },
  }) => {
    await assignSeat(em, 'system', license.id, emil.id);
    const moved = await mergePeople(em, `user:${ada.id}`, lena.id, emil.id);
    expect(moved).toEqual({ hardware: 1, seats: 0, seatsFreed: 1, requests: 1, reports: 2 });
    const fork = em.fork();
    const open = { assignments: { userId: emil.id, live: true }, none: { userId: lena.id, live: true } };
    expect(await fork.count(Assignment, open.assignments)).toBe(1);
    expect(await fork.count(Seat, open.assignments)).toBe(1);
    expect(await fork.count(Request, open.assignments)).toBe(1);
    for (const table of [Assignment, Seat, Request])
      expect(await fork.count(table as typeof Seat, open.none)).toBe(0);
    expect((await fork.findOneOrFail(User, { id: rosa.id })).managerId).toBe(emil.id);
  });

  test('hands over the end date and cancels the offboarding of the one that goes', async ({ cast }) => {
    const { lena, emil, offboardingId, lastDay } = cast;
    await mergePeople(em, 'system', lena.id, emil.id);
    const fork = em.fork();
    expect(await fork.findOneOrFail(Offboarding, { id: offboardingId })).toMatchObject({
      state: 'cancelled',
    });
    expect(await fork.findOneOrFail(User, { id: emil.id })).toMatchObject({ endDate: lastDay });
    expect(await fork.count(Offboarding, { userId: emil.id, state: 'open' })).toBe(1);
    const [cancelled] = await auditTrail(
      em,
      { action: 'offboarding.cancelled', userId: lena.id, before: null },
      5,
    );
    expect(cancelled!.details).toMatchObject({ cause: 'merged' });
  });

  test('keeps the end date of the one that stays', async ({ cast: { lena, emil } }) => {
    await setEndDate(em, 'system', emil.id, '2030-01-31');
    await mergePeople(em, 'system', lena.id, emil.id);
    expect(await em.fork().findOneOrFail(User, { id: emil.id })).toMatchObject({ endDate: '2030-01-31' });
    expect(await em.fork().count(Offboarding, { userId: emil.id, state: 'open' })).toBe(1);
  });

  test('marks the one that stays offboarded, if the one that goes is and has no end date', async ({
    cast,
  }) => {
    const { rosa, emil } = cast;
    await updateUser(em, 'system', rosa.id, { status: 'offboarded' });
    await mergePeople(em, 'system', rosa.id, emil.id);
    expect(await em.fork().findOneOrFail(User, { id: emil.id })).toMatchObject({ status: 'offboarded' });
  });

  test('lets the outside ids and the address lead to the one that stays', async ({
    cast: { rosa, emil },
  }) => {
    await mergePeople(em, 'system', rosa.id, emil.id);
    expect(await readApiUser(em, rosa.externalId.toUpperCase())).toMatchObject({
      id: emil.id,
      externalId: emil.externalId,
    });
    expect((await peopleNamedExactly(em, rosa.email)).map(({ id }) => id)).toEqual([emil.id]);
    await expect(
      createUser(em, 'system', { name: 'New', externalId: rosa.externalId }),
    ).rejects.toMatchObject({
      fields: { externalId: expect.anything() },
    });
    const newcomer = await createUser(em, 'system', { name: 'New', email: rosa.email });
    expect((await peopleNamedExactly(em, rosa.email)).map(({ id }) => id)).toEqual([newcomer]);
  });

  test('gives the one that stays the external id and the address that it has not', async ({
    cast: { rosa },
  }) => {
    const kept = await createUser(em, 'system', { name: rosa.name });
    await mergePeople(em, 'system', rosa.id, kept);
    expect(await em.fork().findOneOrFail(User, { id: kept })).toMatchObject({
      externalId: rosa.externalId,
      email: rosa.email,
    });
    const ids = await em.fork().execute('select source from identities where user_id = ?', [kept]);
    expect(ids.map(({ source }) => source).sort()).toEqual(['email', 'hr']);
  });

  test('a record that was merged before leads to the last one', async ({ cast: { rosa, timo, emil } }) => {
    await mergePeople(em, 'system', rosa.id, timo.id);
    await mergePeople(em, 'system', timo.id, emil.id);
    expect(await readApiUser(em, rosa.externalId)).toMatchObject({ id: emil.id });
    expect(await em.fork().findOneOrFail(User, { id: rosa.id })).toMatchObject({ mergedInto: emil.id });
    const about = (await auditTrail(em, { action: 'user.merged', userId: emil.id, before: null }, 9)).map(
      ({ userId }) => userId,
    );
    expect(about).toEqual([timo.id, rosa.id]);
  });

  test('makes no one their own manager, and no loop', async ({ cast: { mira, lena, rosa } }) => {
    await mergePeople(em, 'system', lena.id, rosa.id);
    expect(await em.fork().findOneOrFail(User, { id: rosa.id })).toMatchObject({ managerId: mira.id });
    await mergePeople(em, 'system', mira.id, rosa.id);
    expect((await em.fork().findOneOrFail(User, { id: rosa.id })).managerId).toBeNull();
  });

  test('undoes no step on the record that went', async ({ cast }) => {
    const { lena, emil, ivo, laptop, seatId, requestId } = cast;
    const actor = `user:${ivo.id}` as const;
    await clearChecklist(database, cast);
    await mergePeople(em, 'system', lena.id, emil.id);
    const refusal = 'Lena Brandt was merged into another record. Open that one.';
    for (const reversal of ['undo', 'correction'] as const) {
      await expect(undoRevocation(em, actor, seatId, reversal)).rejects.toThrow(refusal);
      await expect(undoResolution(em, actor, requestId, reversal)).rejects.toThrow(refusal);
      const recovery = undoRecovery(em, actor, laptop.id, laptop.assignmentId, reversal);
      await expect(recovery).rejects.toThrow(refusal);
    }
  });

  test('nothing can be given to the record that went, by code or by SQL', async ({ cast }) => {
    const { rosa, emil, spare } = cast;
    await mergePeople(em, 'system', rosa.id, emil.id);
    await expect(assignAsset(em, 'system', spare.id, rosa.id)).rejects.toMatchObject({
      code: 'merged',
      keptId: emil.id,
    });
    const inserted = em
      .fork()
      .execute('insert into assignments (asset_id, user_id) values (?, ?)', [spare.id, rosa.id]);
    await expect(inserted).rejects.toThrow('assignments_assignable_user_fk');
    await expect(
      em.fork().execute('update users set merged_into = null where id = ?', [rosa.id]),
    ).rejects.toThrow();
  });

  test('the one that stays is completed as usual', async ({ cast }) => {
    const { lena, emil } = cast;
    await mergePeople(em, 'system', lena.id, emil.id);
    const { id } = await em.fork().findOneOrFail(Offboarding, { userId: emil.id, state: 'open' });
    const refused = await completeOffboarding(em, id, `user:${cast.nora.id}`);
    expect(refused).toMatchObject({
      outcome: 'still-open',
      counts: { hardware: 1, software: 1, requests: 1 },
    });
    await clearChecklist(database, cast);
    expect(await completeOffboarding(em, id, `user:${cast.nora.id}`)).toMatchObject({ outcome: 'completed' });
  });
});
