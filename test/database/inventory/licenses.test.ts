import { describe, expect, test } from 'vitest';
import { AuditEntry } from '../../../database/entities/index.ts';
import {
  createLicense,
  findLicenses,
  licenseById,
  updateLicense,
} from '../../../database/inventory/licenses.ts';
import { assignSeat } from '../../../database/inventory/seats.ts';
import { InvalidInput, NotFound } from '../../../domain/failures.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;
const actor = 'user:1';
const lastEntry = async () =>
  (await em.fork().find(AuditEntry, {}, { orderBy: { id: 'desc' }, limit: 1 }))[0]!;

describe('a license', () => {
  test('is added with no seat in use', async () => {
    const id = await createLicense(em, actor, { name: 'Slack', vendor: null, seatsTotal: 10 });
    expect(await licenseById(em, id)).toMatchObject({ name: 'Slack', seatsTotal: 10, seatsUsed: 0 });
    expect(await lastEntry()).toMatchObject({
      action: 'license.created',
      userId: null,
      details: { licenseId: id, name: 'Slack', seatsTotal: 10 },
    });
  });

  test('is changed with an entry that says what was before', async () => {
    const id = await createLicense(em, actor, { name: 'Zoom', vendor: null, seatsTotal: 10 });
    await updateLicense(em, actor, id, { name: 'Zoom', vendor: 'Zoom Inc.', seatsTotal: 20 });
    expect(await lastEntry()).toMatchObject({
      action: 'license.updated',
      details: {
        licenseId: id,
        fields: ['vendor', 'seatsTotal'],
        from: ['', '10'],
        to: ['Zoom Inc.', '20'],
      },
    });
  });

  test('that is changed to what it is already leaves no entry', async () => {
    const facts = { name: 'Same', vendor: 'Same', seatsTotal: 3 };
    const id = await createLicense(em, actor, facts);
    const { id: before } = await lastEntry();
    await updateLicense(em, actor, id, facts);
    expect((await lastEntry()).id).toBe(before);
  });

  test('cannot have fewer seats than are in use', async () => {
    const { license, emil } = await makeCast(database);
    await assignSeat(em, actor, license.id, emil.id);
    const facts = { name: license.name, vendor: null };

    await expect(updateLicense(em, actor, license.id, { ...facts, seatsTotal: 1 })).rejects.toEqual(
      new InvalidInput({ seatsTotal: "2 seats are in use, so the total can't be lower." }),
    );
    await updateLicense(em, actor, license.id, { ...facts, seatsTotal: 2 });
    expect(await licenseById(em, license.id)).toMatchObject({ seatsTotal: 2, seatsUsed: 2 });
  });

  test('never has more seats in use than in total, in either order of concurrent changes', async () => {
    for (let round = 0; round < 10; round++) {
      const { license, emil } = await makeCast(database);
      await Promise.allSettled([
        updateLicense(em, actor, license.id, { name: license.name, vendor: null, seatsTotal: 1 }),
        assignSeat(em, actor, license.id, emil.id),
      ]);
      const { seatsUsed, seatsTotal } = await licenseById(em, license.id);
      expect([`1/1`, `2/3`]).toContain(`${seatsUsed}/${seatsTotal}`);
    }
  });

  test('that does not exist is not found', async () => {
    await expect(licenseById(em, 999_999)).rejects.toEqual(new NotFound('license'));
    await expect(
      updateLicense(em, actor, 999_999, { name: 'x', vendor: null, seatsTotal: 1 }),
    ).rejects.toEqual(new NotFound('license'));
  });
});

describe('the list of licenses', () => {
  test('is sorted by name, and searched by name and vendor', async () => {
    await createLicense(em, actor, { name: 'zeta suite', vendor: 'Listco', seatsTotal: 1 });
    await createLicense(em, actor, { name: 'Alpha', vendor: 'listCO', seatsTotal: 1 });
    await createLicense(em, actor, { name: 'No vendor', vendor: null, seatsTotal: 1 });

    const names = async (search: string) =>
      (await findLicenses(em, search)).rows.map((license) => license.name);
    expect(await names('listco')).toEqual(['Alpha', 'zeta suite']);
    expect(await names('no vend')).toEqual(['No vendor']);
    expect(await names('')).toContain('No vendor');
  });

  test('shows the total past the end', async () => {
    await createLicense(em, actor, { name: 'Only one', vendor: null, seatsTotal: 1 });
    expect(await findLicenses(em, 'Only one', 7)).toEqual({ rows: [], total: 1, page: 7, lastPage: 1 });
  });
});
