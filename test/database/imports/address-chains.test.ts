import { describe, expect } from 'vitest';
import { User } from '../../../database/entities/index.ts';
import { createUser, userById } from '../../../database/people/users.ts';
import { csvOf } from '../../../testing/cast/importing.ts';
import { importTests, mailOf, newId, personWith, problemsOf, trailOf } from './fixture.ts';

const { database, em, test } = await importTests();

/** Adds people who have an external id and the address made of it. */
async function known(count: number) {
  const ids = Array.from({ length: count }, () => newId());
  for (const id of ids) await createUser(em, 'system', { name: id, email: mailOf(id), externalId: id });
  return ids;
}
const emailOf = async (id: string) => (await personWith(database, id)).email;
const moves = (...lines: [id: string, email: string][]) => csvOf(['externalId', 'email'], ...lines);

describe('addresses that move on within a file (R24)', () => {
  test('are judged as they will be afterwards, in either order of the lines', async ({ actor, files }) => {
    for (const isReversed of [false, true]) {
      const [a, b] = (await known(2)) as [string, string];
      const free = mailOf(newId());
      const lines: [string, string][] = [
        [a, mailOf(b)],
        [b, free],
      ];
      const done = await files.run('users', moves(...(isReversed ? lines.reverse() : lines)));
      expect(done.results).toMatchObject({ changed: 2, failed: 0 });
      expect([await emailOf(a), await emailOf(b)]).toEqual([mailOf(b), free]);
      expect(await trailOf(database, (await personWith(database, a)).id)).toEqual([
        'system user.created',
        `${actor} user.updated`,
      ]);
    }
  });

  test('swap, and go round in a loop, with a newcomer at the end of a chain', async ({ files }) => {
    const [a, b, c, d, e, f] = (await known(6)) as [string, string, string, string, string, string];
    const [newcomer, free] = [newId(), mailOf(newId())];
    const done = await files.run(
      'users',
      csvOf(
        ['externalId', 'email', 'name'],
        [a, mailOf(b), null],
        [c, mailOf(d), null],
        [newcomer, mailOf(f), 'New'],
        [b, mailOf(a), null],
        [e, mailOf(c), null],
        [f, free, null],
        [d, mailOf(e), null],
      ),
    );
    expect(done.results).toMatchObject({ created: 1, changed: 6, failed: 0 });
    expect(await Promise.all([a, b, c, d, e, f, newcomer].map(emailOf))).toEqual(
      [b, a, d, e, c].map(mailOf).concat(free, mailOf(f)),
    );
  });

  test('depend on lines far apart', async ({ files }) => {
    const [a, b] = (await known(2)) as [string, string];
    const between = Array.from({ length: 600 }, () => newId());
    const done = await files.run(
      'users',
      csvOf(
        ['externalId', 'email', 'name'],
        [a, mailOf(b), null],
        ...between.map((id) => [id, mailOf(id), 'N']),
        [b, mailOf(a), null],
      ),
    );
    expect(done.results).toMatchObject({ created: 600, changed: 2, failed: 0 });
    expect([await emailOf(a), await emailOf(b)]).toEqual([mailOf(b), mailOf(a)]);
  });

  test('stay together when one line fails, with the reason, and keep the rest of the lines', async ({
    files,
  }) => {
    const [a, b, c] = (await known(3)) as [string, string, string];
    const done = await files.run(
      'users',
      csvOf(
        ['externalId', 'email', 'endDate'],
        [a, mailOf(b), null],
        [b, mailOf(c), '2026-12-10'],
        [c, mailOf(newId()), 'soon'],
      ),
    );
    expect(await Promise.all([a, b, c].map(emailOf))).toEqual([a, b, c].map(mailOf));
    expect((await personWith(database, b)).endDate).toBe('2026-12-10');
    const words = "The email depends on line 4, which can't change its own.";
    expect(done).toMatchObject({ results: { changed: 1, failed: 2 }, warned: 1 });
    expect((await problemsOf(database, done))[0]).toEqual([2, `email: ${words}`]);
    expect(await files.lines(done, 'warnings')).toMatchObject([{ line: 3, warnings: [{ message: words }] }]);
  });

  test('of a super-admin move for no admin, and then for no one in the chain', async ({ cast, files }) => {
    const [a, b] = (await known(2)) as [string, string];
    await em.fork().nativeUpdate(User, { externalId: b }, { role: 'super-admin' });
    const done = await files.run('users', moves([a, mailOf(b)], [b, mailOf(a)]));
    expect(done.results).toMatchObject({ changed: 0, failed: 2 });
    expect([await emailOf(a), await emailOf(b)]).toEqual([mailOf(a), mailOf(b)]);
    expect(await problemsOf(database, done)).toEqual([
      [2, expect.stringContaining('The email depends on line 3: Only a super admin can change')],
      [3, expect.stringContaining("a super admin's email or status")],
    ]);
    expect((await userById(em, cast.nora.id)).email).toBe(cast.nora.email);
  });
});
