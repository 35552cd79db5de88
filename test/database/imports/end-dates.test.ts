import fc from 'fast-check';
import { expect } from 'vitest';
import { User } from '../../../database/entities/index.ts';
import { csvOf } from '../../../testing/cast/importing.ts';
import { importTests, mailOf, newId } from './fixture.ts';

const { em, test } = await importTests();

const people = 12;
const place = fc.nat({ max: people - 1 });

/** What the cells of a line hold. Of the people, the last third is new. */
const line = fc.record({
  end: fc.constantFrom('2026-12-10', '2027-03-31', 'soon', ''),
  start: fc.constantFrom('', '2020-01-01', '2099-01-01', 'never'),
  manager: fc.oneof(place, fc.constantFrom('', 'E-unknown', 'X'.repeat(300))),
  title: fc.constantFrom('', 'Lead', 'Senior '.repeat(20)),
  zone: fc.constantFrom('', 'Europe/Berlin', 'Mars/Base'),
  address: fc.oneof(place, fc.constantFrom('', 'not an address', 'new', 'someone else')),
  keys: fc.constantFrom('id', 'both', 'email'),
});
type Line = typeof line extends fc.Arbitrary<infer Value> ? Value : never;
const files = fc.record({
  lines: fc.tuple(...Array.from({ length: people }, () => line)),
  order: fc.shuffledSubarray([...Array(people).keys()], { minLength: people }),
});

test('an end date that exactly one valid cell states is stored, whatever else a file holds (R8, R24, E1)', async ({
  cast,
  files: imports,
}) => {
  await fc.assert(
    fc.asyncProperty(files, async ({ lines, order }) => {
      const ids = lines.map(() => newId());
      const isNew = (at: number) => at >= (people * 2) / 3;
      const fork = em.fork();
      for (const [at, id] of ids.entries())
        if (!isNew(at)) fork.create(User, { name: id, email: mailOf(id), externalId: id });
      await fork.flush();
      // A line that is found by its address alone leaves that address to its person.
      const isByAddress = (at: number) => !isNew(at) && lines[at]!.keys === 'email';
      const csv = csvOf(
        ['externalId', 'name', 'email', 'manager', 'jobTitle', 'timeZone', 'startDate', 'endDate'],
        ...order.map((at) => {
          const { end, start, manager, title, zone } = lines[at]!;
          const boss = typeof manager === 'number' ? ids[manager]! : manager;
          const email = addressOf(at, lines, ids, isNew, isByAddress, cast.mira.email);
          return [isByAddress(at) ? '' : ids[at]!, ids[at]!, email, boss, title, zone, start, end];
        }),
      );
      await imports.run('users', csv);
      const found = await em.fork().find(User, { externalId: { $in: ids } });
      const stored = new Map(found.map(({ externalId, endDate }) => [externalId, endDate]));
      for (const [at, id] of ids.entries()) {
        const { end, start } = lines[at]!;
        const isImpossible = isNew(at) && start > end && start.startsWith('2');
        if (!end.startsWith('2') || isImpossible) continue;
        expect(stored.get(id), `${id} in\n${csv}`).toBe(end);
      }
    }),
    { numRuns: 40 },
  );
}, 120_000);

/** Newcomers have an address of their own; others keep theirs, or want one that is free, bad, or somebody's. */
function addressOf(
  at: number,
  lines: readonly Line[],
  ids: readonly string[],
  isNew: (at: number) => boolean,
  isByAddress: (at: number) => boolean,
  others: string,
): string {
  const { address } = lines[at]!;
  if (isNew(at) || isByAddress(at)) return mailOf(ids[at]!);
  if (address === 'new') return mailOf(newId());
  if (address === 'someone else') return others;
  if (typeof address === 'string') return address;
  return isNew(address) || isByAddress(address) ? '' : mailOf(ids[address]!);
}
