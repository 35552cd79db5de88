import { describe, expect, test } from 'vitest';
import { Assignment, AuditEntry } from '../../../database/entities/index.ts';
import {
  assetById,
  assetsInStock,
  createAsset,
  findAssets,
  updateAsset,
} from '../../../database/inventory/assets.ts';
import { InvalidInput, NotFound } from '../../../domain/failures.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;
const actor = 'user:1';

let assets = 0;
const facts = (more: Partial<Parameters<typeof createAsset>[2]> = {}) => {
  const number = ++assets;
  return {
    tag: `A-${String(number).padStart(4, '0')}`,
    serial: null,
    model: 'Dell XPS',
    location: null,
    ...more,
  };
};
const create = (more: Parameters<typeof facts>[0] = {}) => createAsset(em, actor, facts(more));
const lastEntry = async () =>
  (await em.fork().find(AuditEntry, {}, { orderBy: { id: 'desc' }, limit: 1 }))[0]!;
const tags = async (search: string, status: Parameters<typeof findAssets>[1]['status'] = null) =>
  (await findAssets(em, { search, status })).rows.map((asset) => asset.tag);

describe('an asset', () => {
  test('is added to the stock, with an entry in the audit trail', async () => {
    const id = await create({ tag: 'LT-9000', serial: 'S-9000', location: 'Lisbon' });

    expect(await assetById(em, id)).toMatchObject({ tag: 'LT-9000', status: 'in_stock', holder: null });
    expect(await lastEntry()).toMatchObject({
      actor,
      action: 'asset.created',
      userId: null,
      details: { assetId: id, tag: 'LT-9000', serial: 'S-9000', location: 'Lisbon', status: 'in_stock' },
    });
  });

  test('cannot have the tag of another one', async () => {
    const first = await create({ tag: 'TWIN-1' });
    const taken = new InvalidInput({ tag: 'Another asset has this tag.' });
    await expect(create({ tag: 'TWIN-1' })).rejects.toEqual(taken);

    const second = await create({ tag: 'TWIN-2' });
    await expect(updateAsset(em, actor, second, facts({ tag: 'TWIN-1' }))).rejects.toEqual(taken);
    expect((await assetById(em, first)).tag).toBe('TWIN-1');
  });

  test('is changed with an entry that says what was before', async () => {
    const id = await create({ tag: 'CH-1', model: 'Old' });
    await updateAsset(
      em,
      actor,
      id,
      facts({ tag: 'CH-1', model: 'New', location: 'Oslo', status: 'in_repair' }),
    );

    expect(await assetById(em, id)).toMatchObject({ model: 'New', location: 'Oslo', status: 'in_repair' });
    expect((await lastEntry()).details).toEqual({
      assetId: id,
      tag: 'CH-1',
      fields: ['model', 'location', 'status'],
      from: ['Old', '', 'in_stock'],
      to: ['New', 'Oslo', 'in_repair'],
    });
  });

  test('that is set to its current values writes no entry', async () => {
    const id = await create({ tag: 'SAME-1' });
    const { id: before } = await lastEntry();
    await updateAsset(em, actor, id, facts({ tag: 'SAME-1', status: 'in_stock' }));
    expect((await lastEntry()).id).toBe(before);
  });

  test('keeps its status while it has a holder', async () => {
    const { laptop, lena } = await makeCast(database);
    const change = { tag: laptop.tag, serial: 'X', model: 'M', location: null };

    await expect(updateAsset(em, actor, laptop.id, { ...change, status: 'retired' })).rejects.toEqual(
      new InvalidInput({
        status: `This asset is assigned to ${lena.name}. Recover it to change its status.`,
      }),
    );
    await updateAsset(em, actor, laptop.id, change);
    expect(await assetById(em, laptop.id)).toMatchObject({ serial: 'X', status: 'assigned' });
  });

  test('that does not exist is not found', async () => {
    await expect(assetById(em, 999_999)).rejects.toEqual(new NotFound('asset'));
    await expect(updateAsset(em, actor, 999_999, facts())).rejects.toEqual(new NotFound('asset'));
  });
});

describe('the list of assets', () => {
  test('is searched by tag, serial and model, in any case', async () => {
    await create({ tag: 'FIND-1', serial: 'QQ77', model: 'ノートパソコン' });
    await create({ tag: 'FIND-2', serial: 'QQ78', model: 'Zenbook' });

    expect(await tags('find-')).toEqual(['FIND-1', 'FIND-2']);
    expect(await tags('qq77')).toEqual(['FIND-1']);
    expect(await tags('zenBOOK')).toEqual(['FIND-2']);
    expect(await tags('ノート')).toEqual(['FIND-1']);
    expect(await tags('nothing of the kind')).toEqual([]);
  });

  test('takes percent signs, underscores and backslashes literally', async () => {
    await create({ tag: 'RAW-1', model: '100%_sure\\' });
    await create({ tag: 'RAW-2', model: '1000 sure' });
    for (const search of ['100%', '%_sure', 'sure\\']) expect(await tags(search)).toEqual(['RAW-1']);
    for (const search of ['%', '_', '\\']) expect(await tags(search)).toEqual([]);
  });

  test('counts an asset as assigned when another system wrote only the assignment', async () => {
    const { emil } = await makeCast(database);
    const id = await create({ tag: 'RAWSQL-1' });
    const fork = em.fork();
    fork.create(Assignment, { assetId: id, userId: emil.id });
    await fork.flush();

    expect(await tags('RAWSQL-1', 'assigned')).toEqual(['RAWSQL-1']);
    expect(await tags('RAWSQL-1', 'in_stock')).toEqual([]);
    expect(await assetsInStock(em, 'RAWSQL-1', 5)).toEqual([]);
    const [row] = (await findAssets(em, { search: 'RAWSQL-1', status: null })).rows;
    expect(row).toMatchObject({ status: 'assigned', holder: { userId: emil.id, name: emil.name } });
    expect(row!.holder!.since).toBeInstanceOf(Date);
  });

  test('has 50 rows a page, and shows the total past the end', async () => {
    for (let number = 0; number < 51; number++) await create({ model: 'Paged' });
    const find = (page: number) => findAssets(em, { search: 'Paged', status: 'in_stock' }, page);

    const first = await find(1);
    expect(first).toMatchObject({ total: 51, page: 1, lastPage: 2 });
    expect(first.rows).toHaveLength(50);
    const second = await find(2);
    expect(second.rows).toHaveLength(1);
    expect(first.rows.map((asset) => asset.id)).not.toContain(second.rows[0]!.id);
    expect(await find(9)).toEqual({ rows: [], total: 51, page: 9, lastPage: 2 });
  });
});
