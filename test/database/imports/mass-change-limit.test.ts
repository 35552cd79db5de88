import { describe, expect } from 'vitest';
import { importById, MassChangeRefusal, startImport } from '../../../database/imports/imports.ts';
import { updateUser } from '../../../database/people/users.ts';
import type { Cast } from '../../../testing/cast/cast.ts';
import { csvOf } from '../../../testing/cast/importing.ts';
import { importTests, setMassChangeLimit } from './fixture.ts';

const { database, em, test } = await importTests();

describe('the mass-change limit', () => {
  const leavers = ({ emil, rosa, timo }: Cast) =>
    csvOf(['email', 'endDate'], ...[emil, rosa, timo].map(({ email }) => [email, '2027-01-31']));

  test('refuses a file that makes many people leave until the number is confirmed', async ({
    cast,
    actor,
    files,
  }) => {
    await setMassChangeLimit(database, 2, 100);
    const { id } = await files.upload('users', leavers(cast));
    for (const confirmed of [null, 2, 4]) {
      const refusal = await startImport(em, actor, id, confirmed).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(MassChangeRefusal);
      expect((refusal as MassChangeRefusal).people).toBe(3);
    }
    expect((await importById(em, id)).state).toBe('ready');
    await startImport(em, actor, id, 3);
    expect((await importById(em, id)).state).toBe('starting');
  });

  test('also applies as a percentage of the workforce', async ({ cast, actor, files }) => {
    await setMassChangeLimit(database, 1_000, 0);
    const { id } = await files.upload('users', csvOf(['email', 'endDate'], [cast.emil.email, '2027-01-31']));
    await expect(startImport(em, actor, id, null)).rejects.toBeInstanceOf(MassChangeRefusal);
  });

  test('ignores a file that changes nothing that is counted', async ({ cast, actor, files }) => {
    await setMassChangeLimit(database, 0, 0);
    const { id } = await files.upload(
      'users',
      csvOf(['email', 'name', 'jobTitle'], [cast.emil.email, 'Emil Svoboda', 'Cook']),
    );
    await startImport(em, actor, id, null);
  });

  test('updates an old preview before it refuses', async ({ cast, actor, files }) => {
    await setMassChangeLimit(database, 1, 100);
    const { id } = await files.upload('users', leavers(cast));
    await updateUser(em, 'system', cast.emil.id, { endDate: '2027-01-31' });
    const later = new Date(Date.now() + 2 * 60_000);
    await expect(startImport(em, actor, id, 3, later)).rejects.toMatchObject({ people: 2 });
    expect(await importById(em, id)).toMatchObject({ state: 'ready', preview: { starts: 2 } });
  });

  test('updates an old preview before it accepts', async ({ cast, actor, files }) => {
    await setMassChangeLimit(database, 2, 100);
    const { id } = await files.upload('users', leavers(cast));
    await updateUser(em, 'system', cast.emil.id, { endDate: '2027-01-31' });
    const later = new Date(Date.now() + 2 * 60_000);
    await startImport(em, actor, id, null, later);
    expect(await importById(em, id)).toMatchObject({ state: 'starting', preview: { starts: 2, same: 1 } });
  });
});
