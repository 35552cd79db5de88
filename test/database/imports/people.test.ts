import { describe, expect } from 'vitest';
import { AuditEntry, Offboarding, User } from '../../../database/entities/index.ts';
import { bulkInsertUsers } from '../../../database/imports/bulk-insert-users.ts';
import { evaluationsOf } from '../../../database/imports/evaluate.ts';
import { importById, startImport } from '../../../database/imports/imports.ts';
import { kinds } from '../../../database/imports/kinds.ts';
import { createUser, userById } from '../../../database/people/users.ts';
import { csvOf } from '../../../testing/cast/importing.ts';
import { statementsOf } from '../../../testing/cast/statements.ts';
import { factsOf, importTests, mailOf, newId, personWith, trailOf } from './fixture.ts';

const { database, em, test } = await importTests();

describe('people', () => {
  test('are added, changed and left alone on behalf of the user who started the import', async ({
    cast,
    actor,
    files,
  }) => {
    const [id, other] = [newId(), newId()];
    const file = csvOf(
      ['externalId', 'name', 'email', 'department', 'manager', 'endDate'],
      [id, 'Anne', mailOf(id), 'Sales', cast.mira.email, '2026-12-31'],
      [other, 'Bo', mailOf(other), 'Sales', id, null],
      [cast.emil.externalId, 'Emil Novák', cast.emil.email, 'Research', cast.mira.externalId, null],
      [cast.timo.externalId, 'Timo Aalto', cast.timo.email, 'Engineering', cast.lena.externalId, null],
    );
    expect(await files.run('users', file)).toMatchObject({
      state: 'done',
      startedBy: actor,
      results: { created: 2, changed: 1, unchanged: 1, failed: 0, managersPending: 0 },
    });
    const anne = await personWith(database, id);
    expect(anne).toMatchObject({
      name: 'Anne',
      department: 'Sales',
      managerId: cast.mira.id,
      endDate: '2026-12-31',
    });
    expect((await personWith(database, other)).managerId).toBe(anne.id);
    expect((await userById(em, cast.emil.id)).department).toBe('Research');
    expect(await trailOf(database, anne.id)).toEqual([
      `${actor} user.created`,
      `${actor} user.manager_changed`,
      `${actor} user.end_date_changed`,
      `${actor} offboarding.opened`,
    ]);
    expect((await trailOf(database, cast.timo.id)).length).toBe(0);
  });

  test('of a file that is imported again stay the same, with less than one statement per line', async ({
    actor,
    files,
  }) => {
    const many = Array.from({ length: 60 }, () => newId());
    const file = csvOf(
      ['externalId', 'name', 'email', 'manager', 'endDate'],
      ...many.map((id, index) => [
        id,
        'N',
        mailOf(id),
        many[0] === id ? null : many[0]!,
        index % 2 ? '2027-01-31' : null,
      ]),
    );
    await files.run('users', file);
    const before = await factsOf(database);
    const again = await files.upload('users', file);
    expect(again.preview).toMatchObject({ create: 0, change: 0, same: 60, error: 0, starts: 0 });
    expect(await factsOf(database)).toEqual(before);

    await startImport(em, actor, again.id, null);
    const statements = await statementsOf(async () => void (await files.execute(again.id)));
    expect((await importById(em, again.id)).results).toMatchObject({ unchanged: 60, created: 0, changed: 0 });
    expect(statements.length).toBeLessThan(30);
    const after = await factsOf(database);
    // The two new entries record the start and the end of the import.
    expect(after).toEqual({ ...before, entries: before.entries + 2 });
  });

  test('who are added in bulk get the same rows and audit entries as from createUser', async ({
    cast,
    actor,
    files,
  }) => {
    const [one, imported] = [newId(), newId()];
    const profile = {
      department: 'Sales',
      jobTitle: 'Lead',
      startDate: '2020-02-03',
      timeZone: 'Asia/Tokyo',
    };
    await createUser(em, actor, {
      ...profile,
      name: 'Same',
      email: mailOf(one),
      externalId: one,
      managerId: cast.mira.id,
      hrStated: ['name', 'department', 'jobTitle', 'timeZone', 'manager'],
    });
    await files.run(
      'users',
      csvOf(
        ['name', 'email', 'externalId', 'manager', ...Object.keys(profile)],
        ['Same', mailOf(imported), imported, cast.mira.email, ...Object.values(profile)],
      ),
    );
    const storedOf = async (externalId: string) => {
      const {
        id,
        createdAt: _,
        ...row
      } = await em.fork().findOneOrFail(User, { externalId }, { populate: ['passwordHash'] });
      const entries = await em.fork().find(AuditEntry, { userId: id }, { orderBy: { id: 'asc' } });
      const trail = entries.map(({ actor, action, details }) => ({ actor, action, details }));
      return JSON.parse(JSON.stringify({ row, trail }).replaceAll(externalId, 'X'));
    };
    expect(await storedOf(imported)).toEqual(await storedOf(one));
  });

  test('are added one by one when the database rejects one of a bulk insert', async ({ actor, files }) => {
    const ids = Array.from({ length: 5 }, () => newId());
    const found = await files.upload(
      'users',
      csvOf(['externalId', 'name', 'email'], ...ids.map((id) => [id, 'N', mailOf(id)])),
    );
    const evaluated = await evaluationsOf(em, found.id, [2, 3, 4, 5, 6], kinds.users);
    await createUser(em, 'system', { name: 'Faster', email: mailOf(ids[2]!), externalId: newId() });
    expect(await bulkInsertUsers(em, actor, found.id, evaluated)).toBe(false);
    expect(await em.fork().count(User, { externalId: ids })).toBe(0);
    await startImport(em, actor, found.id, null);
    expect(await files.execute(found.id)).toMatchObject({ results: { created: 4, failed: 1 } });
  });

  test('get offboardings opened, moved and cancelled by their end dates', async ({ cast, actor, files }) => {
    const file = (lenas: string | null, emils: string | null) =>
      csvOf(['email', 'endDate'], [cast.lena.email, lenas], [cast.emil.email, emils]);
    const found = await files.upload('users', file(null, '2027-03-01'));
    expect(found.preview).toMatchObject({ starts: 1, stops: 1, moves: 0, change: 2 });
    await files.run('users', file(null, '2027-03-01'));
    expect(await em.fork().findOneOrFail(Offboarding, { userId: cast.lena.id })).toMatchObject({
      state: 'cancelled',
      cancelledBy: actor,
    });
    expect(await em.fork().findOneOrFail(Offboarding, { userId: cast.emil.id })).toMatchObject({
      state: 'open',
    });
    expect((await files.upload('users', file(null, '2027-04-01'))).preview).toMatchObject({
      starts: 0,
      stops: 0,
      moves: 1,
    });
  });

  test('are found by email when the external id is new, and get that id', async ({ files }) => {
    const id = newId();
    const userId = await createUser(em, 'system', { name: 'Anne', email: mailOf(id) });
    expect(
      (await files.run('users', csvOf(['externalId', 'email'], [id, mailOf(id).toUpperCase()]))).results,
    ).toMatchObject({ changed: 1 });
    expect((await personWith(database, id)).id).toBe(userId);
  });
});
