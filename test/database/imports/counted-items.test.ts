import { describe, expect } from 'vitest';
import { startImport } from '../../../database/imports/imports.ts';
import { createAsset } from '../../../database/inventory/assets.ts';
import { csvOf } from '../../../testing/cast/importing.ts';
import { importTests, newId, setMassChangeLimit } from './fixture.ts';

const { database, em, test } = await importTests();

const assetWith = async (fields: { serial: string | null; location?: string }) => {
  const tag = newId();
  await createAsset(em, 'system', { tag, model: 'ThinkPad T14', location: null, ...fields });
  return tag;
};

describe('what a file of items would change is counted', () => {
  test('serial numbers that are replaced or cleared (R1)', async ({ actor, files }) => {
    await setMassChangeLimit(database, 2, 100);
    const tags = await Promise.all([
      assetWith({ serial: newId() }),
      assetWith({ serial: newId() }),
      assetWith({ serial: newId() }),
      assetWith({ serial: newId() }),
      assetWith({ serial: null }),
    ]);
    const serials = ['S-1', 'S-2', 'S-3', '', 'S-5'];
    const { id, preview } = await files.upload(
      'assets',
      csvOf(['tag', 'serial'], ...tags.map((tag, i) => [tag, serials[i]!])),
    );
    expect(preview).toMatchObject({ changes: { serialsReplaced: 3, serialsCleared: 1 }, subjects: 4 });
    await expect(startImport(em, actor, id, null)).rejects.toMatchObject({
      people: 4,
      message: expect.stringMatching(
        /^1 asset would have its serial number removed\. 3 assets would get a different serial number\. That's over/,
      ),
    });
    await startImport(em, actor, id, 4);
  });

  test('places and statuses', async ({ files }) => {
    const [moved, emptied] = [
      await assetWith({ serial: null, location: 'Lisbon' }),
      await assetWith({ serial: null, location: 'Lisbon' }),
    ];
    const { preview } = await files.upload(
      'assets',
      csvOf(['tag', 'location', 'status'], [moved, 'Porto', 'retired'], [emptied, '', '']),
    );
    expect(preview!.changes).toEqual({ locationsCleared: 1, statusesReplaced: 1 });
  });
});
