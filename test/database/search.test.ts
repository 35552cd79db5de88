import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { sqlOf } from '../../database/core/tables.ts';
import { createAsset } from '../../database/inventory/assets.ts';
import { assignAsset } from '../../database/inventory/assignments.ts';
import { createLicense } from '../../database/inventory/licenses.ts';
import { createRequest, resolveRequest } from '../../database/inventory/requests.ts';
import { createUser } from '../../database/people/users.ts';
import { search } from '../../database/search/search.ts';
import { ownDatabase } from '../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;

const groups = ['people', 'assets', 'licenses', 'requests'] as const;
const labels = ['People', 'Import people', 'Audit trail'];
const hits = (typed: string, limit = 10) =>
  search(em, { text: { typed, identifier: typed }, groups, labels }, limit);
/** The names of the hits, in their order. */
async function names(typed: string, limit?: number): Promise<unknown[]> {
  return (await hits(typed, limit)).map(({ shown }) => Object.values(shown)[0]);
}
const inGroup = async (group: string, typed: string, limit?: number) =>
  (await hits(typed, limit)).filter((hit) => hit.group === group).map(({ shown }) => Object.values(shown)[0]);

let anna: number;
beforeAll(async () => {
  const add = (name: string, more: { email?: string; externalId?: string } = {}) =>
    createUser(em, 'system', { name, ...more });
  await add('Joanna Zimmer');
  anna = await add('Anna Berg', { email: 'anna@x.example', externalId: 'E-10' });
  await add('Zoë Quist', { email: 'ann.other@x.example' });
  await add('Ann', { externalId: 'E-1' });
  await add('Ännchen Öz', { externalId: 'E-100' });
  await add('Дмитрий Волков');
  await add('高橋 さくら');
  const held = await createAsset(em, 'system', { tag: 'LT-7', serial: 'PF77', model: 'T14', location: null });
  await assignAsset(em, 'system', held, anna);
  await createAsset(em, 'system', { tag: 'LT-70', serial: 'XPF77', model: 'T14', location: null });
  await createLicense(em, 'system', { name: 'Annotate', vendor: 'Acme', seatsTotal: 3 });
  const first = await createRequest(em, 'system', anna, { item: 'Monitor', reason: null });
  await createRequest(em, 'system', anna, { item: 'Monitor', reason: null });
  await createRequest(em, 'system', anna, { item: 'Monitor arm', reason: null });
  await resolveRequest(em, 'system', first, { outcome: 'rejected', note: null, assetId: null });
});

describe('the order of the hits', () => {
  test('is whole, beginning, inside, and a name before the other columns', async () => {
    expect(await inGroup('people', 'ann')).toEqual([
      'Ann',
      'Anna Berg',
      'Ännchen Öz',
      'Zoë Quist',
      'Joanna Zimmer',
    ]);
  });

  test('is by groups', async () => {
    expect(await names('an')).toEqual(['Ann', 'Anna Berg', 'Ännchen Öz', 'Zoë Quist', 'Annotate']);
  });

  test('has a whole external id before those that begin with it', async () => {
    expect(await inGroup('people', 'e-10')).toEqual(['Anna Berg', 'Ännchen Öz']);
    expect(await inGroup('people', 'e-1')).toEqual(['Ann', 'Anna Berg', 'Ännchen Öz']);
  });

  test('has open requests before closed ones', async () => {
    const found = await hits('monitor');
    const states = found.map(({ shown }) => [
      (shown as { item: string }).item,
      (shown as { status: string }).status,
    ]);
    expect(states).toEqual([
      ['Monitor', 'pending'],
      ['Monitor', 'rejected'],
      ['Monitor arm', 'pending'],
    ]);
  });

  test('leaves out what is beyond the limit, not what is better', async () => {
    expect(await inGroup('people', 'ann', 2)).toEqual(['Ann', 'Anna Berg']);
  });
});

describe('one and two letters', () => {
  test.each(['o', 'er', 'pl', 'il'])('are not looked for inside: %s', async (typed) => {
    expect(await names(typed)).toEqual([]);
  });

  test.each([
    ['z', ['Zoë Quist']],
    ['ö', []],
    ['pe', ['People']],
    ['pf', ['LT-7']],
  ])('find beginnings: %s', async (typed, expected) => {
    expect(await names(typed)).toEqual(expected);
  });
});

test('accents and case do not matter, and wildcards are letters', async () => {
  expect(await inGroup('people', 'ZOE')).toEqual(['Zoë Quist']);
  expect(await inGroup('people', 'oanná')).toEqual(['Joanna Zimmer']);
  for (const typed of ['%', '_', 'l_-', '%%%', '\\']) expect(await names(typed), typed).toEqual([]);
});

test.each([
  ['дми', 'Дмитрий Волков'],
  ['ОЛК', 'Дмитрий Волков'],
  ['ВОЛКОВ', 'Дмитрий Волков'],
  ['さくら', '高橋 さくら'],
  ['高', '高橋 さくら'],
])('names in other scripts are found by their beginnings and inside: %s', async (typed, name) => {
  expect(await inGroup('people', typed)).toEqual([name]);
});

const { rows } = await sql<{ ctype: string }>`
  select datctype as ctype from pg_database where datname = current_database()`.execute(sqlOf(em.fork()));

// A system without the locale C.UTF-8 has trigrams of ASCII letters only.
test.skipIf(rows[0]!.ctype === 'C')('trigrams find other scripts inside, without their marks', async () => {
  await createUser(em, 'system', { name: 'Семён Королёв' });
  expect(await inGroup('people', 'ролев')).toEqual(['Семён Королёв']);
});

test('an asset shows its holder, and whether the text is its tag or serial', async () => {
  expect(await hits('PF77')).toMatchObject([
    {
      group: 'assets',
      place: 0,
      shown: { tag: 'LT-7', holder: 'Anna Berg', status: 'assigned', isNamed: true },
    },
    { group: 'assets', place: 2, shown: { tag: 'LT-70', holder: null, status: 'in_stock', isNamed: false } },
  ]);
});

test('only the given groups are searched, and nothing for no text', async () => {
  const text = { typed: 'ann', identifier: 'ann' };
  const found = await search(em, { text, groups: ['licenses'], labels: [] }, 10);
  expect(found.map(({ group }) => group)).toEqual(['licenses']);
  expect(await search(em, { text: { typed: '', identifier: '' }, groups, labels }, 10)).toEqual([]);
});
