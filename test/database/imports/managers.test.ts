import { describe, expect } from 'vitest';
import { User } from '../../../database/entities/index.ts';
import { startImport } from '../../../database/imports/imports.ts';
import { createUser } from '../../../database/people/users.ts';
import { csvOf } from '../../../testing/cast/importing.ts';
import { importTests, mailOf, newId, personWith } from './fixture.ts';

const { database, em, test } = await importTests();

describe('people', () => {
  test.for([
    ['small letters', (id: string) => id],
    ['capitals', (id: string) => id.toUpperCase()],
  ] as const)(
    'may have managers from later lines, in any order; the line that closes a loop stores none (R8), in %s',
    async ([, spelled], { files }) => {
      const [a, b, c] = [spelled(newId()), spelled(newId()), spelled(newId())];
      const line = (id: string, manager: string) => [id, `Name ${id}`, mailOf(id), manager];
      const done = await files.run(
        'users',
        csvOf(['externalId', 'name', 'email', 'manager'], line(a, b), line(b, mailOf(c)), line(c, a)),
      );
      expect(done).toMatchObject({ results: { created: 3, failed: 0, managersPending: 0 }, warned: 1 });
      const [anne, bo, cy] = await Promise.all([a, b, c].map((id) => personWith(database, id)));
      expect([anne!.managerId, bo!.managerId, cy!.managerId ?? null]).toEqual([bo!.id, cy!.id, null]);
      expect(await files.lines(done, 'warnings')).toMatchObject([
        { line: 4, warnings: [{ field: 'manager', message: expect.stringContaining('reporting loop') }] },
      ]);
    },
  );

  test('get no manager when the manager’s line fails, and the report says so', async ({ actor, files }) => {
    const [a, b] = [newId(), newId()];
    const found = await files.upload(
      'users',
      csvOf(['externalId', 'name', 'email', 'manager'], [a, a, mailOf(a), b], [b, b, mailOf(b), null]),
    );
    await createUser(em, 'system', { name: 'Faster', email: mailOf(b) });
    await em.fork().nativeUpdate(User, { email: mailOf(b) }, { externalId: `${b}-other` });
    await startImport(em, actor, found.id, null);
    const done = await files.execute(found.id);
    expect(done.results).toMatchObject({ created: 1, failed: 1, managersPending: 0 });
    expect((await personWith(database, a)).managerId ?? null).toBeNull();
    const words = "The manager's line wasn't imported, so no manager was stored.";
    expect(await files.lines(done, 'warnings')).toMatchObject([{ line: 2, warnings: [{ message: words }] }]);
  });
});
