import { describe, expect } from 'vitest';
import { MassChangeRefusal, startImport } from '../../../database/imports/imports.ts';
import { csvOf } from '../../../testing/cast/importing.ts';
import { statementsOf } from '../../../testing/cast/statements.ts';
import { importTests, mailOf, newId, setMassChangeLimit } from './fixture.ts';

const { database, em, test } = await importTests();

describe('what a file would change is counted by kind', () => {
  test('a column that came empty waits for a confirmation that names it (R9)', async ({
    cast,
    actor,
    files,
  }) => {
    await setMassChangeLimit(database, 1, 100);
    const emptied = [cast.lena, cast.rosa, cast.timo, cast.emil].map(({ email }) => [email, '', '', '']);
    const { id, preview } = await files.upload(
      'users',
      csvOf(['email', 'department', 'job title', 'Manager Email'], ...emptied),
    );
    expect(preview).toMatchObject({
      starts: 0,
      stops: 0,
      changes: { managersCleared: 4, titlesCleared: 1, departmentsCleared: 4 },
      subjects: 4,
      emptyFields: ['department', 'jobTitle', 'manager'],
    });
    const refusal = await startImport(em, actor, id, null).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(MassChangeRefusal);
    expect((refusal as MassChangeRefusal).message).toContain('4 people would have their manager removed.');
    expect((refusal as MassChangeRefusal).message).toContain(
      'The column “Manager Email” is empty on every line',
    );
    await startImport(em, actor, id, 4);
  });

  test('a column with one value left is not called empty', async ({ cast, files }) => {
    const { preview } = await files.upload(
      'users',
      csvOf(['email', 'manager'], [cast.rosa.email, ''], [cast.timo.email, cast.mira.email]),
    );
    expect(preview).toMatchObject({
      changes: { managersCleared: 1, managersReplaced: 1 },
      subjects: 2,
      emptyFields: [],
    });
  });

  test('first values and new people never count', async ({ cast, actor, files }) => {
    await setMassChangeLimit(database, 0, 0);
    const { id, preview } = await files.upload(
      'users',
      csvOf(
        ['externalId', 'name', 'email', 'jobTitle', 'manager'],
        [cast.emil.externalId, cast.emil.name, cast.emil.email, 'Rep', cast.mira.externalId],
        [cast.mira.externalId, cast.mira.name, cast.mira.email, '', cast.ada.externalId],
        [newId(), 'New One', mailOf(newId()), 'Rep', cast.mira.externalId],
      ),
    );
    expect(preview).toMatchObject({ create: 1, change: 2, subjects: 0 });
    expect(preview!.changes).toEqual({});
    await startImport(em, actor, id, null);
  });

  test('a status that starts the leaving counts once, another one as replaced', async ({ cast, files }) => {
    const { preview } = await files.upload(
      'users',
      csvOf(
        ['email', 'status', 'endDate'],
        [cast.emil.email, 'offboarded', ''],
        [cast.rosa.email, 'suspended', ''],
        [cast.timo.email, 'suspended', '2099-01-31'],
        [cast.lena.email, 'active', ''],
      ),
    );
    expect(preview).toMatchObject({
      starts: 2,
      stops: 1,
      changes: { statusesReplaced: 2 },
      subjects: 4,
    });
  });

  test('asks for the number of people over all kinds, each counted once', async ({ cast, actor, files }) => {
    await setMassChangeLimit(database, 1, 100);
    const { id } = await files.upload(
      'users',
      csvOf(
        ['email', 'manager', 'endDate'],
        [cast.rosa.email, '', '2099-01-31'],
        [cast.timo.email, '', ''],
        [cast.emil.email, cast.mira.email, '2099-01-31'],
      ),
    );
    await expect(startImport(em, actor, id, 2)).rejects.toMatchObject({ people: 3 });
    await startImport(em, actor, id, 3);
  });

  test('in one statement, whatever the number of lines', async ({ cast, files }) => {
    const rows = [cast.lena, cast.rosa, cast.timo, cast.emil].map(({ email }) => [email, '']);
    const upload = (count: number) =>
      statementsOf(() => files.upload('users', csvOf(['email', 'manager'], ...rows.slice(0, count))));
    expect((await upload(4)).length).toBe((await upload(1)).length);
  });
});
