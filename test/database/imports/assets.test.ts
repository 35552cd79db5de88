import { describe, expect } from 'vitest';
import { Asset } from '../../../database/entities/index.ts';
import { startImport } from '../../../database/imports/imports.ts';
import { assetById } from '../../../database/inventory/assets.ts';
import { recoverAsset } from '../../../database/inventory/assignments.ts';
import { csvOf } from '../../../testing/cast/importing.ts';
import { factsOf, importTests, newId, problemsOf, trailOf } from './fixture.ts';

const { database, em, test } = await importTests();

describe('assets', () => {
  test('are added, changed and assigned, each line in one transaction', async ({ cast, actor, files }) => {
    const tag = `NEW-${newId()}`;
    const file = csvOf(
      ['tag', 'serial', 'model', 'location', 'status', 'holder'],
      [tag, 'S-1', 'ThinkPad', 'Lisbon', null, cast.emil.externalId],
      [cast.spare.tag, null, 'ThinkPad T14', 'Porto', 'in repair', null],
      [
        cast.laptop.tag,
        `PF${cast.laptop.tag.slice(3)}AB`,
        'ThinkPad T14',
        'Lisbon',
        'assigned',
        cast.lena.email,
      ],
    );
    expect((await files.run('assets', file)).results).toMatchObject({
      created: 1,
      changed: 1,
      unchanged: 1,
      failed: 0,
    });
    const added = await em.fork().findOneOrFail(Asset, { tag });
    expect((await assetById(em, added.id)).holder).toMatchObject({ userId: cast.emil.id });
    expect(await assetById(em, cast.spare.id)).toMatchObject({
      status: 'in_repair',
      location: 'Porto',
      serial: null,
    });
    expect(await trailOf(database, cast.emil.id)).toEqual([`${actor} asset.assigned`]);

    const before = await factsOf(database);
    expect((await files.upload('assets', file)).preview).toMatchObject({
      same: 3,
      create: 0,
      change: 0,
      error: 0,
    });
    expect(await factsOf(database)).toEqual(before);
  });

  test('are not taken from their present holder', async ({ cast, files }) => {
    const file = csvOf(['tag', 'holder'], [cast.laptop.tag, cast.emil.email]);
    expect(await problemsOf(database, await files.upload('assets', file))).toEqual([
      [2, `holder: ${cast.laptop.tag} is assigned to Lena Brandt. Recover it first.`],
    ]);
    expect(
      (await files.upload('assets', csvOf(['tag', 'holder'], [cast.laptop.tag, null]))).preview,
    ).toMatchObject({ same: 1 });
  });

  test('that were assigned since the preview are refused', async ({ cast, actor, files }) => {
    const found = await files.upload('assets', csvOf(['tag', 'holder'], [cast.spare.tag, cast.emil.email]));
    await files.run('assets', csvOf(['tag', 'holder'], [cast.spare.tag, cast.timo.email]));
    await startImport(em, actor, found.id, null);
    expect(await problemsOf(database, await files.execute(found.id))).toEqual([
      [2, `holder: ${cast.spare.tag} is assigned to Timo Aalto. Recover it first.`],
    ]);
    await recoverAsset(em, actor, cast.spare.id, { condition: 'good', nextStatus: 'in_stock', note: null });
  });
});
