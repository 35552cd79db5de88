import { beforeAll, describe, expect, test } from 'vitest';
import { createAsset } from '../../../database/inventory/assets.ts';
import { createLicense } from '../../../database/inventory/licenses.ts';
import { createRequest } from '../../../database/inventory/requests.ts';
import { createUser } from '../../../database/people/users.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { type Browserlike, startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);

const names = [
  'André Müller-Šťastný',
  'José Peña Ñíguez'.normalize('NFD'),
  'Søren Łukasz',
  'Ann',
  'Joanna',
  'Anna',
];
let ada: Browserlike;
beforeAll(async () => {
  const cast = await makeCast(own.database);
  ada = await web.signIn(cast.ada.email);
  const ids: number[] = [];
  for (const [index, name] of names.entries())
    ids.push(await createUser(em, 'system', { name, email: `search${index}@x.example` }));
  await createAsset(em, 'system', { tag: 'MÜ-1', serial: null, model: 'Écran', location: null });
  await createLicense(em, 'system', { name: 'Café', vendor: 'Ångström', seatsTotal: 1 });
  await createRequest(em, 'system', ids[0]!, { item: 'Écran incurvé', reason: null });
});

const shows = async (path: string, text: string) => (await ada.get(path)).text.includes(text);

describe('the search (R18)', () => {
  test.each([
    ['muller', 0],
    ['stastny', 0],
    ['MÜLLER', 0],
    ['José', 1],
    ['peña', 1],
    ['niguez', 1],
    ['soren', 2],
    ['lukasz', 2],
  ])('finds %s with or without accents', async (typed, index) => {
    for (const path of ['/users?q=', '/users/suggestions?manager='])
      expect(await shows(`${path}${encodeURIComponent(typed)}`, `search${index}@x.example`), path).toBe(true);
  });

  test.each([
    ['/assets?q=ecran', 'MÜ-1'],
    ['/assets?q=mu-1', 'MÜ-1'],
    ['/licenses?q=cafe', 'Café'],
    ['/licenses?q=angstrom', 'Café'],
    ['/requests?q=ecran', 'Écran incurvé'],
    ['/requests?q=stastny', 'Écran incurvé'],
  ])('finds %s', async (path, text) => {
    expect(await shows(path, text)).toBe(true);
  });

  test('shows a whole name first, then beginnings, then other parts, each by name', async () => {
    const { text } = await ada.get('/users?q=ann');
    const order = ['search3@', 'search5@', 'search4@'].map((email) => text.indexOf(email));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order.every((index) => index > 0)).toBe(true);
  });

  test('takes wildcards as they are typed', async () => {
    for (const typed of ['%', '_', '\\'])
      expect(await shows(`/users?q=${encodeURIComponent(typed)}`, 'search0@x.example'), typed).toBe(false);
  });
});
