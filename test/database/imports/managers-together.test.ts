import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import { sqlOf } from '../../../database/core/tables.ts';
import { startImport } from '../../../database/imports/imports.ts';
import { executeBatch } from '../../../database/imports/progress.ts';
import { reportingLoops } from '../../../database/people/reporting-loops.ts';
import { updateUser, userById } from '../../../database/people/users.ts';
import { csvOf } from '../../../testing/cast/importing.ts';
import { importTests, newId } from './fixture.ts';

const { em, test } = await importTests();

/** Adds people, each of whom reports to the next one of the list. */
async function chain(count: number) {
  const ids = Array.from({ length: count }, () => newId());
  const { rows: people } = await sql<{ id: number; externalId: string }>`
    insert into users (external_id, name, email)
    select id, id, id || '@x.example' from unnest(${ids}::text[]) with ordinality as t(id, place) order by place
    returning id, external_id as "externalId"`.execute(sqlOf(em.fork()));
  const { first, last } = { first: people[0]!.id, last: people.at(-1)!.id };
  await sql`update users set manager_id = id + 1 where id >= ${first} and id < ${last}`.execute(
    sqlOf(em.fork()),
  );
  return people;
}
const managerOf = async ({ id }: { id: number }) => (await userById(em, id)).managerId ?? null;

describe('managers of a file (E15)', () => {
  test('are judged together: a chain can be turned round, in any order of the lines', async ({ files }) => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
    ]) {
      const people = await chain(3);
      const [a, b, c] = people as [(typeof people)[0], (typeof people)[0], (typeof people)[0]];
      const lines = [
        [a.externalId, null],
        [b.externalId, a.externalId],
        [c.externalId, b.externalId],
      ];
      const found = await files.upload(
        'users',
        csvOf(['externalId', 'manager'], ...order.map((place) => lines[place]!)),
      );
      expect(found.preview).toMatchObject({ change: 3, warned: 0, error: 0 });
      const done = await files.run(
        'users',
        csvOf(['externalId', 'manager'], ...order.map((place) => lines[place]!)),
      );
      expect(done).toMatchObject({ results: { changed: 3, failed: 0, managersPending: 0 }, warned: 0 });
      expect([await managerOf(a), await managerOf(b), await managerOf(c)]).toEqual([null, a.id, b.id]);
    }
  });

  test('that close a loop with what is stored get a warning, and the end date is taken', async ({
    files,
  }) => {
    const [report, boss] = (await chain(2)) as { id: number; externalId: string }[];
    const done = await files.run(
      'users',
      csvOf(['externalId', 'manager', 'endDate'], [boss!.externalId, report!.externalId, '2026-12-10']),
    );
    expect(done).toMatchObject({ results: { changed: 1 }, warned: 1 });
    expect(await userById(em, boss!.id)).toMatchObject({ endDate: '2026-12-10' });
    expect(await managerOf(boss!)).toBeNull();
  });

  test('are checked once more when they are stored, because a call came in between', async ({
    actor,
    files,
  }) => {
    const [[a], [b]] = [await chain(1), await chain(1)];
    const { id } = await files.upload(
      'users',
      csvOf(['externalId', 'manager'], [a!.externalId, b!.externalId]),
    );
    await updateUser(em, 'system', b!.id, { managerId: a!.id });
    await startImport(em, actor, id, null);
    expect(await files.execute(id)).toMatchObject({ results: { changed: 1 }, warned: 1 });
    expect([await managerOf(a!), await managerOf(b!)]).toEqual([null, a!.id]);
  });

  test('make no loop at any moment of an import with several batches', async ({ files }) => {
    const people = await chain(700);
    const reversed = people.map(({ externalId }, place) => [
      externalId,
      place === 0 ? null : people[place - 1]!.externalId,
    ]);
    const id = await files.start('users', csvOf(['externalId', 'manager'], ...reversed.toReversed()));
    for (;;) {
      const { isOver } = await executeBatch(em, id, { onStep() {}, onDefect() {} });
      expect(await reportingLoops(em)).toEqual([]);
      if (isOver) break;
    }
    expect(await managerOf(people.at(-1)!)).toBe(people.at(-2)!.id);
  });
});
