import { describe, expect } from 'vitest';
import { User } from '../../../database/entities/index.ts';
import { startImport } from '../../../database/imports/imports.ts';
import { createUser, userById } from '../../../database/people/users.ts';
import { csvOf } from '../../../testing/cast/importing.ts';
import { importTests, mailOf, newId, personWith, problemsOf } from './fixture.ts';

const { database, em, test } = await importTests();

describe('a bad cell never loses an end date (R8)', () => {
  test('an unknown manager, oneself and a long title are warnings, and all three people leave', async ({
    cast,
    files,
  }) => {
    const { emil, timo, rosa, mira } = cast;
    const before = await Promise.all([emil, timo, rosa].map(({ id }) => userById(em, id)));
    const done = await files.run(
      'users',
      csvOf(
        ['externalId', 'manager', 'jobTitle', 'timeZone', 'endDate'],
        [emil.externalId, 'E-99999', 'Analyst', null, '2026-12-10'],
        [timo.externalId, timo.externalId, 'CEO', null, '2026-12-10'],
        [rosa.externalId, mira.externalId, 'Senior '.repeat(20), 'Mars/Base', '2026-12-10'],
      ),
    );
    expect(done).toMatchObject({ results: { changed: 3, failed: 0 }, warned: 3 });
    const after = await Promise.all([emil, timo, rosa].map(({ id }) => userById(em, id)));
    expect(after.map(({ endDate }) => endDate)).toEqual(['2026-12-10', '2026-12-10', '2026-12-10']);
    expect(after[0]!.managerId).toBe(before[0]!.managerId);
    expect(after[1]!.managerId).toBe(before[1]!.managerId);
    expect(after[2]).toMatchObject({ managerId: mira.id, jobTitle: before[2]!.jobTitle });
    expect(await files.lines(done, 'warnings')).toMatchObject([
      { line: 2, warnings: [{ field: 'manager' }] },
      { line: 3, warnings: [{ field: 'manager' }] },
      { line: 4, warnings: [{ field: 'jobTitle' }, { field: 'timeZone' }] },
    ]);
  });

  test("the line of a manager that fails takes no one else's line with it", async ({ cast, files }) => {
    const [boss, ann] = [newId(), newId()];
    const file = csvOf(
      ['externalId', 'name', 'email', 'manager', 'endDate'],
      [boss, 'New Boss', 'new.boss(at)x.example', null, null],
      [ann, 'Ann One', mailOf(ann), boss, '2026-12-20'],
      [cast.emil.externalId, null, null, boss, '2026-12-20'],
    );
    const found = await files.upload('users', file);
    expect(found.preview).toMatchObject({ create: 1, change: 1, error: 1, warned: 2, starts: 2 });
    const done = await files.run('users', file);
    expect(done).toMatchObject({ results: { created: 1, changed: 1, failed: 1 }, warned: 2 });
    expect(await personWith(database, ann)).toMatchObject({ endDate: '2026-12-20', managerId: null });
    expect(await userById(em, cast.emil.id)).toMatchObject({
      endDate: '2026-12-20',
      managerId: cast.mira.id,
    });
    expect(await problemsOf(database, done)).toEqual([[2, expect.stringMatching(/^email: Expected/)]]);
  });

  test('an address that someone takes after the preview costs a known person only the address', async ({
    cast,
    actor,
    files,
  }) => {
    const taken = mailOf(newId());
    const { id } = await files.upload(
      'users',
      csvOf(['externalId', 'email', 'endDate'], [cast.emil.externalId, taken, '2026-12-10']),
    );
    await createUser(em, 'system', { name: 'Faster', email: taken });
    await startImport(em, actor, id, 1);
    const done = await files.execute(id);
    expect(done).toMatchObject({ results: { changed: 1, failed: 0 }, warned: 1 });
    expect(await userById(em, cast.emil.id)).toMatchObject({
      email: cast.emil.email,
      endDate: '2026-12-10',
    });
  });

  test("the address of a super-admin stays an admin's warning, and the end date is stored", async ({
    cast,
    files,
  }) => {
    const externalId = newId();
    const id = await createUser(em, 'system', { name: 'Super', email: mailOf(externalId), externalId });
    await em.fork().nativeUpdate(User, { id }, { role: 'super-admin' });
    const done = await files.run(
      'users',
      csvOf(['externalId', 'email', 'endDate'], [externalId, `taken-over-${cast.nora.email}`, '2026-12-10']),
    );
    expect(done).toMatchObject({ results: { changed: 1 }, warned: 1 });
    expect(await userById(em, id)).toMatchObject({ email: mailOf(externalId), endDate: '2026-12-10' });
  });

  test('a reference that fits two people names both, in every kind of file (E1)', async ({ cast, files }) => {
    const twice = mailOf(newId());
    await createUser(em, 'system', { name: 'Ida', email: mailOf(newId()), externalId: twice });
    await createUser(em, 'system', { name: 'Ole', email: twice });
    const words = 'This matches two people: Ida by external ID, Ole by email.';
    const assets = await files.upload('assets', csvOf(['tag', 'holder'], [cast.spare.tag, twice]));
    expect(await problemsOf(database, assets)).toEqual([[2, `holder: ${words}`]]);
    const seats = await files.upload('licenses', csvOf(['license', 'user'], [cast.license.name, twice]));
    expect(await problemsOf(database, seats)).toEqual([[2, `user: ${words}`]]);
    const people = await files.upload('users', csvOf(['email', 'manager'], [cast.emil.email, twice]));
    expect(await files.lines(people, 'warnings')).toMatchObject([{ warnings: [{ message: words }] }]);
  });
});
