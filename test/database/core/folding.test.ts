import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { createAsset } from '../../../database/inventory/assets.ts';
import { createUser } from '../../../database/people/users.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;

const areEqual = async (a: string, b: string) => {
  const [row] = await em.fork().execute('select folded(?) = folded(?) as equal', [a, b]);
  return row!.equal;
};

test.each([
  ['LT-00001', 'lt-00001'],
  ['José', 'Jose\u0301'],
  ['STRASSE', 'straße'],
  ['ΣΊΣΥΦΟΣ', 'σίσυφος'],
  ['ﬁn', 'FIN'],
  ['Å', '\u212b'],
])('%s and %s are equal', async (a, b) => {
  expect(await areEqual(a, b)).toBe(true);
});

test.each([
  ['E-1', 'E-2'],
  ['André', 'Andre'],
  ['ı', 'i'],
])('%s and %s differ', async (a, b) => {
  expect(await areEqual(a, b)).toBe(false);
});

test('folding a folded text changes nothing, and case and composition never matter', async () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !text.includes('\0'));
  await fc.assert(
    fc.asyncProperty(text, async (text) => {
      const [row] = await em.fork().execute(
        `select folded(folded(t)) = folded(t) as stable, folded(casefold(t collate pg_unicode_fast)) = folded(t) as cased,
             folded(normalize(t, NFD)) = folded(t) as composed from (select ?::text as t) given`,
        [text],
      );
      expect(row).toEqual({ stable: true, cased: true, composed: true });
    }),
    { numRuns: 200 },
  );
});

test('equal tags, external ids, addresses and token names are refused (R4)', async () => {
  const cast = await makeCast(database);
  const asset = (tag: string) =>
    createAsset(em, 'system', { tag, serial: null, model: 'Dock', location: null });
  await asset('Dock-Straße');
  await expect(asset('DOCK-STRASSE')).rejects.toThrow('Another asset has this tag.');
  const person = (externalId: string, email: string) =>
    createUser(em, 'system', { name: 'Somebody', externalId, email });
  const { externalId, email } = cast.lena;
  await expect(person(externalId.toUpperCase(), 'free@x.example')).rejects.toThrow();
  await expect(person('free', email.toUpperCase())).rejects.toThrow();
  await createToken(em, 'system', { name: 'Directory', scopes: ['users:read'] });
  await expect(createToken(em, 'system', { name: 'directory', scopes: ['users:read'] })).rejects.toThrow(
    'Another API token has this name.',
  );
});
