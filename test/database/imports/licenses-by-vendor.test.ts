import { describe, expect } from 'vitest';
import { License } from '../../../database/entities/index.ts';
import { createLicense, updateLicense } from '../../../database/inventory/licenses.ts';
import { csvOf } from '../../../testing/cast/importing.ts';
import { importTests, newId, problemsOf } from './fixture.ts';

const { database, em, test } = await importTests();

const header = ['license', 'vendor', 'seatsTotal', 'user'];
const named = (name: string) => em.fork().find(License, { name }, { orderBy: { id: 'asc' } });

describe('a license is its name and its vendor (R6)', () => {
  test('a file with another vendor adds another license, and leaves the first one alone', async ({
    cast,
    files,
  }) => {
    const name = newId();
    await files.run('licenses', csvOf(header, [name, 'Slack', 10, cast.emil.externalId]));
    const found = await files.run('licenses', csvOf(header, [name, 'Miro', 4, cast.timo.externalId]));
    expect(found.preview).toMatchObject({ create: 1, change: 0 });
    expect(await named(name)).toMatchObject([
      { vendor: 'Slack', seatsTotal: 10, seatsUsed: 1 },
      { vendor: 'Miro', seatsTotal: 4, seatsUsed: 1 },
    ]);
  });

  test('two vendors in one file are two licenses, also for one person', async ({ cast, files }) => {
    const name = newId();
    const lines = [
      [name, 'Slack', 10, cast.emil.externalId],
      [name.toUpperCase(), 'Miro', 4, cast.emil.externalId],
      [name, 'SLACK', null, cast.timo.externalId],
    ];
    const { results } = await files.run('licenses', csvOf(header, ...lines));
    expect(results).toMatchObject({ created: 3, failed: 0 });
    const licenses = await em
      .fork()
      .find(License, { name: { $ilike: name } }, { orderBy: { vendor: 'asc' } });
    expect(licenses).toMatchObject([
      { vendor: 'Miro', seatsUsed: 1 },
      { vendor: 'Slack', seatsUsed: 2 },
    ]);
  });

  test('a line without a vendor that fits two of the file is an error naming both', async ({
    cast,
    files,
  }) => {
    const name = newId();
    const lines = [
      [name, 'Slack', 10, null],
      [name, 'Miro', 4, null],
      [name, null, null, cast.emil.externalId],
    ];
    const found = await files.upload('licenses', csvOf(header, ...lines));
    expect(await problemsOf(database, found)).toEqual([
      [4, `vendor: Several licenses have this name: ${name} (Miro) and ${name} (Slack). Add the vendor.`],
    ]);
  });

  test('a license without a vendor takes none from a file', async ({ cast, files }) => {
    const name = newId();
    await createLicense(em, 'system', { name, vendor: null, seatsTotal: 3 });
    const found = await files.upload('licenses', csvOf(header, [name, 'Slack', 3, cast.emil.externalId]));
    expect(await problemsOf(database, found)).toEqual([
      [
        2,
        `vendor: ${name} has no vendor yet. If this is the same license, set its vendor to Slack on its page first.`,
      ],
    ]);
    const [license] = await named(name);
    await updateLicense(em, 'system', license!.id, { vendor: 'Slack' });
    await files.run('licenses', csvOf(header, [name, 'Slack', 3, cast.emil.externalId]));
    expect(await named(name)).toMatchObject([{ vendor: 'Slack', seatsUsed: 1 }]);
  });

  test('a line that alters a license counts as changed', async ({ cast, files }) => {
    const name = newId();
    await createLicense(em, 'system', { name, vendor: 'Slack', seatsTotal: 3 });
    const found = await files.run('licenses', csvOf(header, [name, 'slack', 5, cast.emil.externalId]));
    expect(found.preview).toMatchObject({ create: 0, change: 1 });
    expect(found.results).toMatchObject({ created: 0, changed: 1 });
    expect(await named(name)).toMatchObject([{ vendor: 'Slack', seatsTotal: 5, seatsUsed: 1 }]);
  });

  test('the same name and vendor are refused, however they are written', async () => {
    const name = newId();
    await createLicense(em, 'system', { name, vendor: 'Slack', seatsTotal: 3 });
    const again = createLicense(em, 'system', { name: name.toUpperCase(), vendor: 'slack', seatsTotal: 3 });
    await expect(again).rejects.toMatchObject({
      fields: { name: 'Another license has this name and vendor.' },
    });
    await createLicense(em, 'system', { name, vendor: null, seatsTotal: 3 });
  });
});
