import { beforeEach, describe, expect, test } from 'vitest';
import { Import, ImportRow } from '../../../database/entities/index.ts';
import { discardImport, importById } from '../../../database/imports/imports.ts';
import { forgetOldLines } from '../../../database/imports/keeping.ts';
import { ownDatabase } from '../../support/database.ts';
import { csvOf } from '../../support/importing.ts';
import { asOwner } from '../../support/owner.ts';
import { newId, noraImports, type Setting } from './setting.ts';

const { database, ownerUrl } = await ownDatabase();
const { em } = database;

let cast: Setting['cast'];
let files: Setting['files'];
beforeEach(async () => {
  ({ cast, files } = await noraImports(database));
});

describe('an import', () => {
  const file = () => csvOf(['email', 'department'], [cast.emil.email, newId()], [cast.timo.email, newId()]);

  test('is forgotten whole when its file turned out to be none', async () => {
    const { id } = await files.upload('users', file());
    await discardImport(em, id);
    expect(await em.fork().count(Import, { id })).toBe(0);
  });

  test('keeps its lines for a week, and its counts for good', async () => {
    const [done, waiting, fresh] = [
      await files.run('users', file()),
      await files.upload('users', file()),
      await files.upload('users', file()),
    ];
    await asOwner(
      ownerUrl,
      `update imports set ended_at = now() - interval '8 days' where id = ${done.id}`,
      `update imports set created_at = now() - interval '8 days' where id = ${waiting.id}`,
    );
    await forgetOldLines(em);
    expect(await em.fork().count(ImportRow, { importId: [done.id, waiting.id] })).toBe(0);
    expect(await importById(em, done.id)).toMatchObject({
      results: { changed: 2 },
      linesDeletedAt: expect.any(Date),
    });
    expect(await em.fork().count(Import, { id: waiting.id })).toBe(0);
    expect(await em.fork().count(ImportRow, { importId: fresh.id })).toBe(2);
  });
});
