import { describe, expect } from 'vitest';
import { Offboarding } from '../../../database/entities/index.ts';
import { startImport } from '../../../database/imports/imports.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { createUser, userById } from '../../../database/people/users.ts';
import { csvOf } from '../../../testing/cast/importing.ts';
import { importTests, mailOf, newId, problemsOf } from './fixture.ts';

const { database, em, test } = await importTests();

describe('people', () => {
  test('who were offboarded keep their end date, whatever a nightly file states', async ({ files }) => {
    const id = newId();
    const userId = await createUser(em, 'system', {
      name: 'Gone',
      email: mailOf(id),
      externalId: id,
      endDate: '2026-01-31',
    });
    const reportId = await createUser(em, 'system', {
      name: 'Report',
      email: mailOf(`r${id}`),
      externalId: `r${id}`,
      managerId: userId,
    });
    await completeOffboarding(em, (await em.fork().findOneOrFail(Offboarding, { userId })).id, 'system');
    const done = await files.run(
      'users',
      csvOf(
        ['externalId', 'endDate', 'jobTitle', 'manager'],
        [id, '2026-01-31', 'Was here', null],
        [`r${id}`, null, null, id],
      ),
    );
    expect(done.results).toMatchObject({ changed: 1, unchanged: 1, failed: 0 });
    expect((await userById(em, reportId)).managerId ?? null).toBeNull();
    expect(await files.lines(done, 'warnings')).toMatchObject([
      { line: 3, warnings: [{ message: 'Gone is offboarded, so the manager is left empty.' }] },
    ]);

    const late = await files.run('users', csvOf(['externalId', 'endDate'], [id, '2026-02-28']));
    expect(await problemsOf(database, late)).toEqual([
      [2, "endDate: This person is offboarded, which can't be undone."],
    ]);
  });

  test('who appear twice in a file are refused on both lines', async ({ cast, files }) => {
    const [a, b] = [newId(), newId()];
    const found = await files.upload(
      'users',
      csvOf(
        ['externalId', 'name', 'email'],
        [a, 'One', mailOf(a)],
        [a, 'Two', mailOf(b)],
        [b, 'Three', mailOf(b).toUpperCase()],
        [cast.emil.externalId, 'Emil', ''],
      ),
    );
    expect(await problemsOf(database, found)).toEqual([
      [2, 'externalId: Line 3 is about the same external ID. They disagree on email, name.'],
      [3, 'externalId: Line 2 is about the same external ID. They disagree on email, name.'],
      [4, 'email: Line 3 has the same email.'],
    ]);
    expect(found.preview).toMatchObject({ error: 3, change: 1 });
  });

  test('who break a rule fail on their own line, and the other lines are executed', async ({
    actor,
    files,
  }) => {
    const [a, b] = [newId(), newId()];
    const found = await files.upload(
      'users',
      csvOf(
        ['externalId', 'name', 'email', 'status'],
        [a, 'Anne', mailOf(a), null],
        [b, 'Bo', mailOf(b), null],
      ),
    );
    // Another user takes an address after the preview.
    await createUser(em, 'system', { name: 'Faster', email: mailOf(a), externalId: newId() });
    await startImport(em, actor, found.id, null);
    const done = await files.execute(found.id);
    expect(done).toMatchObject({ state: 'done', results: { created: 1, failed: 1 } });
    expect(await problemsOf(database, done)).toEqual([[2, 'email: That email is already in use.']]);
  });
});
