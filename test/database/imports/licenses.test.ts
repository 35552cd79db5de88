import { describe, expect } from 'vitest';
import { License } from '../../../database/entities/index.ts';
import { csvOf } from '../../../testing/cast/importing.ts';
import { factsOf, importTests, newId, problemsOf } from './fixture.ts';

const { database, em, test } = await importTests();

describe('licenses', () => {
  test('are added with their seats, one line per seat', async ({ cast, files }) => {
    const name = `Sketch ${newId()}`;
    const file = csvOf(
      ['license', 'vendor', 'seats', 'user'],
      [name, 'Sketch B.V.', 3, cast.emil.externalId],
      [name.toUpperCase(), null, null, cast.timo.email],
      [cast.license.name, null, null, cast.lena.externalId],
    );
    expect((await files.run('licenses', file)).results).toMatchObject({
      created: 2,
      unchanged: 1,
      failed: 0,
    });
    const [license, ...others] = await em.fork().find(License, { name: { $ilike: name } });
    expect(others).toEqual([]);
    expect(license).toMatchObject({ name, vendor: 'Sketch B.V.', seatsTotal: 3, seatsUsed: 2 });
    const before = await factsOf(database);
    expect((await files.run('licenses', file)).results).toMatchObject({
      unchanged: 3,
      created: 0,
      changed: 0,
    });
    expect((await factsOf(database)).entries).toBe(before.entries + 2);
  });

  test('give only their free seats, and the preview shows which lines get none', async ({ cast, files }) => {
    // Lena has one of three seats.
    const file = csvOf(
      ['license', 'user'],
      ...[cast.emil, cast.timo, cast.rosa, cast.mira].map(({ email }) => [cast.license.name, email]),
    );
    const found = await files.upload('licenses', file);
    const none = 'user: This license has no free seat left for this line.';
    expect(await problemsOf(database, found)).toEqual([
      [4, none],
      [5, none],
    ]);
    expect((await files.run('licenses', file)).results).toMatchObject({ created: 2, failed: 2 });
  });

  test('with contradicting lines are refused', async ({ cast, files }) => {
    const name = newId();
    const found = await files.upload(
      'licenses',
      csvOf(['license', 'seats', 'user'], [name, 3, cast.emil.email], [name, 4, cast.timo.email]),
    );
    const words = "seatsTotal: This license's lines have different numbers of seats.";
    expect(await problemsOf(database, found)).toEqual([
      [2, words],
      [3, words],
    ]);
  });

  test('with the same name are told apart by their vendor', async ({ cast, files }) => {
    const name = newId();
    for (const vendor of ['One', 'Two']) await em.fork().insert(License, { name, vendor, seatsTotal: 5 });
    const found = await files.upload(
      'licenses',
      csvOf(['license', 'vendor', 'user'], [name, null, cast.emil.email]),
    );
    expect(await problemsOf(database, found)).toEqual([
      [2, `vendor: Several licenses have this name: ${name} (One) and ${name} (Two). Add the vendor.`],
    ]);
    await files.run('licenses', csvOf(['license', 'vendor', 'user'], [name, 'Two', cast.emil.email]));
    expect(await em.fork().findOneOrFail(License, { name, vendor: 'Two' })).toMatchObject({ seatsUsed: 1 });
  });
});
