import { describe, expect } from 'vitest';
import { userById } from '../../../database/people/users.ts';
import { csvOf } from '../../../testing/cast/importing.ts';
import { importTests, mailOf, newId, problemsOf } from './fixture.ts';

const { database, em, test } = await importTests();
const head = ['externalId', 'email', 'department', 'endDate'];

describe('two lines about one subject (E1)', () => {
  test('one by external id and one by email are refused, in either order', async ({ cast, files }) => {
    const { emil } = cast;
    const byId = [emil.externalId, null, 'First', '2099-01-01'];
    const byEmail = [null, emil.email.toUpperCase(), 'Second', null];
    for (const lines of [
      [byId, byEmail],
      [byEmail, byId],
    ]) {
      const done = await files.run('users', csvOf(head, ...lines));
      expect(done.results).toMatchObject({ changed: 0, failed: 2 });
      const words = 'is about the same person. They disagree on department, endDate.';
      expect(await problemsOf(database, done)).toEqual([
        [2, `email: Line 3 ${words}`],
        [3, `email: Line 2 ${words}`],
      ]);
    }
    expect((await userById(em, emil.id)).endDate ?? null).toBeNull();
  });

  test('that state the same are one change, and the second is unchanged', async ({ cast, files }) => {
    const { emil, timo } = cast;
    const done = await files.run(
      'users',
      csvOf(
        head,
        [emil.externalId, null, 'Moved', '2099-01-01'],
        [timo.externalId, timo.email, 'Moved', null],
        [null, emil.email, 'Moved', '2099-01-01'],
        [timo.externalId, timo.email, 'Moved', null],
      ),
    );
    expect(done.results).toMatchObject({ changed: 2, unchanged: 2, failed: 0 });
    expect(await userById(em, emil.id)).toMatchObject({ department: 'Moved', endDate: '2099-01-01' });
  });

  test('that repeat a new person add one', async ({ files }) => {
    const id = newId();
    const line = [id, mailOf(id), 'New'];
    const done = await files.run(
      'users',
      csvOf(['externalId', 'email', 'name'], line, [newId(), mailOf(newId()), 'Else'], line),
    );
    expect(done.results).toMatchObject({ created: 2, unchanged: 1, failed: 0 });
  });

  test('that repeat a refused line are refused too', async ({ cast, files }) => {
    const line = (department: string) => [cast.emil.externalId, cast.emil.email, department, null];
    const found = await files.upload('users', csvOf(head, line('A'), line('A'), line('B'), line('A')));
    expect(found.preview).toMatchObject({ error: 4, same: 0 });
  });

  test('about an asset are refused with the fields, or repeat it', async ({ cast, files }) => {
    const { tag } = cast.spare;
    const done = await files.run(
      'assets',
      csvOf(
        ['tag', 'location'],
        [tag, 'Lisbon'],
        [tag, 'Porto'],
        [cast.laptop.tag, 'Faro'],
        [cast.laptop.tag, 'Faro'],
      ),
    );
    expect(done.results).toMatchObject({ changed: 1, unchanged: 1, failed: 2 });
    expect(await problemsOf(database, done)).toEqual([
      [2, 'tag: Line 3 is about the same asset. They disagree on location.'],
      [3, 'tag: Line 2 is about the same asset. They disagree on location.'],
    ]);
  });

  test('that give one person a seat by different keys give one seat', async ({ cast, files }) => {
    const { license, emil, timo } = cast;
    const done = await files.run(
      'licenses',
      csvOf(
        ['license', 'user'],
        [license.name, emil.externalId],
        [license.name.toUpperCase(), emil.email],
        [license.name, timo.email],
      ),
    );
    expect(done.results).toMatchObject({ created: 2, unchanged: 1, failed: 0 });
  });
});
