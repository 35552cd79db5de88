import { beforeEach, describe, expect, test } from 'vitest';
import { changeRole } from '../../../../database/access/roles.ts';
import { AuditEntry, Notification, Offboarding, User } from '../../../../database/entities/index.ts';
import { changeOwner } from '../../../../database/offboarding/handling/owner.ts';
import { cancelOffboarding, setEndDate } from '../../../../database/offboarding/offboardings.ts';
import { mergePeople } from '../../../../database/people/merging/merge.ts';
import { updateUser } from '../../../../database/people/users.ts';
import { type Cast, makeCast } from '../../../../testing/cast/cast.ts';
import { complete } from '../../../../testing/cast/former-employees.ts';
import { ownDatabase } from '../../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;

let cast: Cast;
beforeEach(async () => {
  await em.fork().nativeUpdate(User, { role: { $ne: 'employee' } }, { role: 'employee' });
  cast = await makeCast(database);
});

const ownerOf = async ({ offboardingId }: Pick<Cast, 'offboardingId'> = cast) =>
  (await em.fork().findOneOrFail(Offboarding, { id: offboardingId })).ownerId ?? null;
const entriesAbout = async (userId: number, action: AuditEntry['action']) =>
  (await em.fork().find(AuditEntry, { userId, action }, { orderBy: { id: 'asc' } })).map(
    ({ actor, details }) => ({ actor, ...details }),
  );

describe('the owner of a leaver', () => {
  test('is an admin, and each change is in the trail', async () => {
    const { lena, ivo, nora, offboardingId } = cast;
    const actor = `user:${ivo.id}` as const;
    expect(await changeOwner(em, actor, lena.id, ivo.id)).toBe(ivo.name);
    expect(await changeOwner(em, actor, lena.id, ivo.id)).toBe(ivo.name);
    expect(await changeOwner(em, actor, lena.id, nora.id, ivo.id)).toBe(nora.name);
    expect(await ownerOf()).toBe(nora.id);
    expect(await changeOwner(em, actor, lena.id, null)).toBeNull();
    expect(await ownerOf()).toBeNull();
    expect(await entriesAbout(lena.id, 'offboarding.owner_changed')).toEqual([
      { actor, offboardingId, from: null, to: ivo.id },
      { actor, offboardingId, from: ivo.id, to: nora.id },
      { actor, offboardingId, from: nora.id, to: null },
    ]);
  });

  test('is neither an employee, nor the leaver, nor someone who is suspended', async () => {
    const { lena, mira, ivo, nora } = cast;
    await expect(changeOwner(em, 'system', lena.id, mira.id)).rejects.toThrow('Choose an active admin.');
    await updateUser(em, 'system', ivo.id, { status: 'suspended' });
    await expect(changeOwner(em, 'system', lena.id, ivo.id)).rejects.toThrow('Choose an active admin.');
    await setEndDate(em, 'system', nora.id, '2099-01-31');
    await expect(changeOwner(em, 'system', nora.id, nora.id)).rejects.toMatchObject({
      code: 'own-offboarding',
    });
    expect(await ownerOf()).toBeNull();
  });

  test('needs an open offboarding', async () => {
    const { lena, emil, ivo } = cast;
    await expect(changeOwner(em, 'system', emil.id, ivo.id)).rejects.toMatchObject({ code: 'not-leaving' });
    await cancelOffboarding(em, 'system', lena.id);
    await expect(changeOwner(em, 'system', lena.id, ivo.id)).rejects.toMatchObject({ code: 'not-leaving' });
  });

  test('is taken by one of two admins who saw no owner', async () => {
    const { lena, ivo, nora } = cast;
    const taken = await Promise.allSettled(
      [ivo, nora].map(({ id }) => changeOwner(em, `user:${id}`, lena.id, id, null)),
    );
    expect(taken.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(taken.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'owner-changed' },
    });
  });
});

describe('an owner is removed, and the IT admins are notified once,', () => {
  const removals = {
    'when they lose the role': ({ nora, ada }: Cast) => changeRole(em, `user:${ada.id}`, nora.id, 'employee'),
    'when they are marked offboarded': ({ nora }: Cast) =>
      updateUser(em, 'system', nora.id, { status: 'offboarded' }),
    'when they are suspended': ({ nora }: Cast) => updateUser(em, 'system', nora.id, { status: 'suspended' }),
    'when their own offboarding is completed': ({ nora }: Cast) => complete(database, nora.id),
  };

  test.each(Object.entries(removals))('%s', async (_, remove) => {
    const { lena, timo, nora, ivo, offboardingId } = cast;
    await setEndDate(em, 'system', timo.id, '2099-01-31');
    for (const { id } of [lena, timo]) await changeOwner(em, 'system', id, nora.id);
    await remove(cast);
    expect(await ownerOf()).toBeNull();
    expect(await em.fork().count(Offboarding, { ownerId: nora.id })).toBe(0);
    expect(await entriesAbout(lena.id, 'offboarding.owner_cleared')).toMatchObject([
      { offboardingId, formerOwnerId: nora.id },
    ]);
    expect(await em.fork().find(Notification, { kind: 'owner_removed', aboutUserId: nora.id })).toMatchObject(
      [{ userId: ivo.id, details: { leavers: 2 } }],
    );
  });

  test('and stays the owner with another role that may offboard', async () => {
    const { lena, nora } = cast;
    await changeOwner(em, 'system', lena.id, nora.id);
    await changeRole(em, 'system', nora.id, 'it-admin');
    expect(await ownerOf()).toBe(nora.id);
    expect(await em.fork().count(Notification, { kind: 'owner_removed', aboutUserId: nora.id })).toBe(0);
  });

  test('also when the role is lost while they take a leaver', async () => {
    const { lena, nora } = cast;
    for (let round = 0; round < 5; round++) {
      await changeRole(em, 'system', nora.id, 'admin');
      await Promise.allSettled([
        changeOwner(em, `user:${nora.id}`, lena.id, nora.id),
        changeRole(em, 'system', nora.id, 'employee'),
      ]);
      expect(await ownerOf()).toBeNull();
    }
  });
});

describe('two records that are merged', () => {
  test('keep the owner of the one that goes', async () => {
    const { lena, emil, ivo } = cast;
    await changeOwner(em, 'system', lena.id, ivo.id);
    await mergePeople(em, 'system', lena.id, emil.id);
    const kept = await em.fork().findOneOrFail(Offboarding, { userId: emil.id, state: 'open' });
    expect(kept.ownerId).toBe(ivo.id);
  });

  test('keep no owner who loses the role meanwhile', async () => {
    for (let round = 0; round < 8; round++) {
      const { lena, emil, nora } = await makeCast(database);
      await changeOwner(em, 'system', lena.id, nora.id);
      const later = new Promise((resolve) => setTimeout(resolve, round * 3));
      await Promise.all([
        mergePeople(em, 'system', lena.id, emil.id),
        later.then(() => changeRole(em, 'system', nora.id, 'employee')),
      ]);
      expect(await em.fork().count(Offboarding, { ownerId: nora.id, state: 'open' })).toBe(0);
    }
  });

  test('own what the one that goes owned, if the other may offboard', async () => {
    const { lena, timo, ivo, nora, emil } = cast;
    await setEndDate(em, 'system', timo.id, '2099-01-31');
    for (const { id } of [lena, timo]) await changeOwner(em, 'system', id, nora.id);
    await mergePeople(em, 'system', nora.id, ivo.id);
    expect(await em.fork().count(Offboarding, { ownerId: ivo.id })).toBe(2);
    await mergePeople(em, 'system', ivo.id, emil.id);
    expect(await em.fork().count(Offboarding, { ownerId: { $in: [nora.id, ivo.id, emil.id] } })).toBe(0);
  });
});
