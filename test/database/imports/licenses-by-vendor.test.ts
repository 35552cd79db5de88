import { describe, expect } from 'vitest';
import { AuditEntry, License } from '../../../database/entities/index.ts';
import { startImport } from '../../../database/imports/imports.ts';
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

describe('a license that was made without a vendor (R6)', () => {
  const withoutVendor = (name: string) => createLicense(em, 'system', { name, vendor: null, seatsTotal: 3 });
  const vendors = async (name: string) => (await named(name)).map(({ vendor }) => vendor ?? null);

  test('takes the first stated vendor after a confirmation, whatever the limit', async ({
    cast,
    actor,
    files,
  }) => {
    const name = newId();
    const licenseId = await withoutVendor(name);
    const { id, preview } = await files.upload(
      'licenses',
      csvOf(header, [name, 'Slack', null, cast.emil.externalId]),
    );
    expect(preview).toMatchObject({ change: 1, changes: { vendorsStated: 1 }, subjects: 1 });
    await expect(startImport(em, actor, id, null)).rejects.toMatchObject({
      code: 'confirmation-needed',
      people: 1,
      message: `1 license would get a vendor: ${name} → Slack. Adding a vendor to a license always needs confirmation.`,
    });
    expect(await vendors(name)).toEqual([null]);
    await startImport(em, actor, id, 1);
    expect((await files.execute(id)).results).toMatchObject({ created: 0, changed: 1, failed: 0 });
    expect(await named(name)).toMatchObject([{ id: licenseId, vendor: 'Slack', seatsUsed: 1 }]);
    const entry = await em
      .fork()
      .findOneOrFail(AuditEntry, { action: 'license.updated', details: { licenseId } });
    expect(entry).toMatchObject({ actor, details: { fields: ['vendor'], from: [''], to: ['Slack'] } });
  });

  test('takes it once, and its lines without a vendor mean it too', async ({ cast, files }) => {
    const name = newId();
    await withoutVendor(name);
    const lines = [
      [name, null, null, cast.emil.externalId],
      [name, 'Slack', 5, cast.timo.externalId],
      [name.toUpperCase(), 'SLACK', null, cast.rosa.externalId],
    ];
    const found = await files.run('licenses', csvOf(header, ...lines));
    expect(found.preview).toMatchObject({ changes: { vendorsStated: 1 }, subjects: 1 });
    expect(found.results).toMatchObject({ changed: 3, failed: 0 });
    expect(await named(name)).toMatchObject([{ vendor: 'Slack', seatsTotal: 5, seatsUsed: 3 }]);
    const again = await files.upload('licenses', csvOf(header, ...lines));
    expect(again.preview).toMatchObject({ same: 3, changes: {} });
  });

  test('takes none of two vendors: the error names both', async ({ cast, files }) => {
    const name = newId();
    await withoutVendor(name);
    const lines = [
      [name, 'Slack', null, cast.emil.externalId],
      [name, 'Miro', null, cast.timo.externalId],
    ];
    const words = `vendor: ${name} has no vendor yet, and this file gives Miro and Slack. Set its vendor on its page first.`;
    const found = await files.upload('licenses', csvOf(header, ...lines));
    expect(await problemsOf(database, found)).toEqual([
      [2, words],
      [3, words],
    ]);
    expect(found.preview!.changes).toEqual({});
  });

  test('takes none that another license with its name has', async ({ cast, files }) => {
    const name = newId();
    await withoutVendor(name);
    await createLicense(em, 'system', { name, vendor: 'Slack', seatsTotal: 3 });
    const lines = [
      [name, 'slack', null, cast.emil.externalId],
      [name, 'Miro', null, cast.timo.externalId],
    ];
    await files.run('licenses', csvOf(header, ...lines));
    expect((await named(name)).map(({ vendor, seatsUsed }) => [vendor, seatsUsed])).toEqual([
      ['Miro', 1],
      ['Slack', 1],
    ]);
  });

  test('takes no vendor that the confirmation did not name', async ({ cast, actor, files }) => {
    const name = newId();
    const line = [name, 'Slack', 3, cast.emil.externalId];
    const { id } = await files.upload('licenses', csvOf(header, line));
    await startImport(em, actor, id, null);
    await withoutVendor(name);
    expect(await problemsOf(database, await files.execute(id))).toEqual([
      [
        2,
        `vendor: ${name} has no vendor, and adding one wasn't confirmed. Import this line again to confirm it.`,
      ],
    ]);
    expect(await vendors(name)).toEqual([null]);
  });

  test('keeps a vendor that it got meanwhile', async ({ cast, actor, files }) => {
    const name = newId();
    const licenseId = await withoutVendor(name);
    const { id } = await files.upload('licenses', csvOf(header, [name, 'Slack', null, cast.emil.externalId]));
    await startImport(em, actor, id, 1);
    await updateLicense(em, 'system', licenseId, { vendor: 'Miro' });
    expect((await files.execute(id)).results).toMatchObject({ failed: 1 });
    expect(await vendors(name)).toEqual(['Miro']);
  });
});
