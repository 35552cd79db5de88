import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { createAsset } from '../../../database/inventory/assets.ts';
import { createLicense } from '../../../database/inventory/licenses.ts';
import { createUser } from '../../../database/people/users.ts';
import { type Cast, castPassword } from '../../../testing/cast/cast.ts';
import { csvOf } from '../../../testing/cast/importing.ts';
import type { Browserlike } from '../../../testing/web/web.ts';
import { everyEntryPoint } from './setup.ts';

const { em, web, call, files, setUp } = await everyEntryPoint();

const spellings: ((text: string) => string)[] = [
  (text) => text.toUpperCase(),
  (text) => text.toLowerCase(),
  (text) => text.normalize('NFD'),
  (text) => text.toUpperCase().normalize('NFD'),
  (text) => [...text].map((letter, index) => (index % 2 ? letter.toUpperCase() : letter)).join(''),
];
const letters = fc.string({
  unit: fc.constantFrom(...'abkzäößéñřšıçøæμσςжщاあ中ǆﬁ'),
  minLength: 3,
  maxLength: 10,
});

/** Texts and another spelling of each, which PostgreSQL folds to the same. */
async function equalPairs(): Promise<[string, string][]> {
  const texts = fc.sample(letters, { seed: 15, numRuns: 12 });
  const pairs = texts.flatMap((text, place) =>
    spellings.slice(0, 2 + (place % 4)).map((spell) => [text, spell(text)] as [string, string]),
  );
  const rows = await em
    .fork()
    .execute<{ equal: boolean }[]>(
      'select folded(a) = folded(b) as equal from jsonb_to_recordset(?::jsonb) as p(a text, b text)',
      [JSON.stringify(pairs.map(([a, b]) => ({ a, b })))],
    );
  return pairs.filter((_, index) => rows[index]!.equal);
}

const pairs = (await equalPairs()).map(([a, b], index) => [`${a}-${index}`, `${b}-${index}`] as const);

let cast: Cast;
let ada: Browserlike;
beforeAll(async () => {
  ({ cast, ada } = await setUp());
});

describe('for every pair of texts that folding calls equal (R4)', () => {
  test('there are enough pairs', () => {
    expect(pairs.length).toBeGreaterThan(25);
  });

  test('the API, a file and a form find the same person', async () => {
    for (const [typed, spelled] of pairs) {
      const id = await createUser(em, 'system', { name: 'Found', externalId: `P${typed}` });
      const path = `/users/${encodeURIComponent(`p${spelled}`)}`;
      expect((await call('GET', path)).json.id, spelled).toBe(id);
      const line = csvOf(['externalId', 'department'], [`p${spelled}`, 'Found']);
      expect((await files.upload('users', line)).preview, spelled).toMatchObject({ create: 0, change: 1 });
      const manager = await ada.post('/users', { name: 'Report', manager: `p${spelled}`, status: 'active' });
      expect(manager.status, spelled).toBe(303);
      const shown = await ada.get(manager.location!);
      expect(shown.text, spelled).toContain(`/users/${id}"`);
    }
  });

  test('the API and a file find the same asset', async () => {
    for (const [typed, spelled] of pairs) {
      await createAsset(em, 'system', { tag: `T${typed}`, serial: null, model: 'Dock', location: null });
      const asset = `/assets/${encodeURIComponent(`t${spelled}`)}`;
      const { status } = await call('POST', `${asset}/assignment`, {
        body: { userExternalId: cast.lena.externalId },
      });
      expect(status, spelled).toBe(201);
      const line = csvOf(['tag', 'location'], [`t${spelled}`, 'Found']);
      expect((await files.upload('assets', line)).preview, spelled).toMatchObject({ create: 0, change: 1 });
    }
  });

  test('a file finds the same license', async () => {
    for (const [typed, spelled] of pairs) {
      await createLicense(em, 'system', { name: `L${typed}`, vendor: null, seatsTotal: 1 });
      const line = csvOf(['license', 'seatsTotal'], [`l${spelled}`, '5']);
      expect((await files.upload('licenses', line)).preview, spelled).toMatchObject({ create: 0, change: 1 });
    }
  });

  test('a sign-in takes any spelling of the address', async () => {
    await expect(web.signIn(cast.nora.email.toUpperCase(), castPassword)).resolves.toBeDefined();
  });
});
