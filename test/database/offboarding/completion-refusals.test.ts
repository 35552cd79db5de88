import { expect, test } from 'vitest';
import { Offboarding, User } from '../../../database/entities/index.ts';
import { assignAsset, recoverAsset } from '../../../database/inventory/assignments.ts';
import { assignSeat } from '../../../database/inventory/seats.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { openForCompletion } from '../../../database/offboarding/completion-without-end-date.ts';
import { cancelOffboarding, setEndDate } from '../../../database/offboarding/offboardings.ts';
import { updateUser } from '../../../database/people/users.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { asOwner } from '../../../testing/servers/owner.ts';
import { complete, userOf } from './completing.ts';

const { database, ownerUrl } = await ownDatabase();
const { em } = database;

test('a completion without an end date opens no offboarding while items are open, and cancels it when an item is added', async () => {
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

test('a refusal does not close an offboarding that was opened for another reason', async () => {
  const cast = await makeCast(database);
  const { emil, ivo, rosa, spare } = cast;
  await assignAsset(em, `user:${ivo.id}`, spare.id, emil.id);
  await updateUser(em, 'token:hr', emil.id, { status: 'offboarded' });
  const { id } = await em.fork().findOneOrFail(Offboarding, { userId: emil.id });
  expect(await completeOffboarding(em, id, `user:${ivo.id}`)).toMatchObject({ outcome: 'still-open' });
  expect(await em.fork().findOneOrFail(Offboarding, { id })).toMatchObject({ state: 'open' });

  // Opened for a completion, then kept for its end date.
  const rosas = await openForCompletion(em, `user:${ivo.id}`, rosa.id);
  await setEndDate(em, 'token:hr', rosa.id, cast.lastDay);
  await assignSeat(em, `user:${ivo.id}`, cast.license.id, rosa.id);
  expect(await completeOffboarding(em, rosas.id, `user:${ivo.id}`)).toMatchObject({ outcome: 'still-open' });
  await updateUser(em, 'token:hr', rosa.id, { status: 'offboarded', endDate: null });
  expect(await completeOffboarding(em, rosas.id, `user:${ivo.id}`)).toMatchObject({ outcome: 'still-open' });
  expect(await em.fork().findOneOrFail(Offboarding, { id: rosas.id })).toMatchObject({ state: 'open' });
});

test('a completion of a cancelled offboarding returns who cancelled it', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  await cancelOffboarding(em, `user:${cast.nora.id}`, cast.lena.id);
  expect(await complete(database, cast)).toMatchObject({ outcome: 'cancelled', by: `user:${cast.nora.id}` });
  expect((await userOf(database, cast.lena.id)).endDate).toBeNull();
});

test('a rule that forbids the completion prevents opening an offboarding', async () => {
  const { ada, ivo, nora, emil } = await makeCast(database);
  await em.fork().nativeUpdate(User, { role: 'super-admin', id: { $ne: ada.id } }, { role: 'admin' });
  const refused = (by: number, userId: number) =>
    openForCompletion(em, `user:${by}`, userId).catch((error) => error.code);
  expect(await refused(ivo.id, ivo.id)).toBe('own-completion');
  expect(await refused(emil.id, ivo.id)).toBe('not-allowed');
  expect(await refused(nora.id, ada.id)).toBe('last-super-admin');
  expect(await em.fork().count(Offboarding, { userId: { $in: [ivo.id, ada.id] } })).toBe(0);
});

test('a rule that becomes true before the completion cancels the opened offboarding', async () => {
  const { emil, ivo } = await makeCast(database);
  const { id } = await openForCompletion(em, `user:${ivo.id}`, emil.id);
  await em.fork().nativeUpdate(User, { id: ivo.id }, { role: 'employee' });
  expect(await completeOffboarding(em, id, `user:${ivo.id}`)).toMatchObject({ reason: 'not-allowed' });
  expect(await em.fork().findOneOrFail(Offboarding, { id })).toMatchObject({ state: 'cancelled' });
});

test('a user cannot complete themselves, an employee nobody, and nobody the last super-admin', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  expect(await complete(database, cast, cast.lena)).toEqual({ outcome: 'refused', reason: 'own-completion' });
  expect(await complete(database, cast, cast.emil)).toEqual({ outcome: 'refused', reason: 'not-allowed' });
  await em.fork().nativeUpdate(User, { id: cast.ivo.id }, { status: 'suspended' });
  expect(await complete(database, cast, cast.ivo)).toEqual({ outcome: 'refused', reason: 'not-allowed' });

  await em.fork().nativeUpdate(User, { role: 'super-admin', id: { $ne: cast.ada.id } }, { role: 'admin' });
  await setEndDate(em, 'token:hr', cast.ada.id, cast.lastDay);
  const { id } = await em.fork().findOneOrFail(Offboarding, { userId: cast.ada.id });
  expect(await completeOffboarding(em, id, `user:${cast.nora.id}`)).toEqual({
    outcome: 'refused',
    reason: 'last-super-admin',
  });
});

test('a person completed with SQL is not completed again', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
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
