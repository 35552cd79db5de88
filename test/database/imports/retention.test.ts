import { describe, expect } from 'vitest';
import { Import, ImportRow } from '../../../database/entities/index.ts';
import { discardImport, importById } from '../../../database/imports/imports.ts';
import { deleteOldLines } from '../../../database/imports/retention.ts';
import { asOwner } from '../../../testing/servers/owner.ts';
import { fileOfTwo, importTests } from './fixture.ts';

const { em, ownerUrl, test } = await importTests();

describe('an import', () => {
  test('is deleted with its lines when it is discarded', async ({ cast, files }) => {
    const { id } = await files.upload('users', fileOfTwo(cast));
    await discardImport(em, id);
    expect(await em.fork().count(Import, { id })).toBe(0);
  });

  test('keeps its lines for a week and its counts for ever', async ({ cast, files }) => {
    const [done, waiting, fresh] = [
      await files.run('users', fileOfTwo(cast)),
      await files.upload('users', fileOfTwo(cast)),
      await files.upload('users', fileOfTwo(cast)),
    ];
    await asOwner(
      ownerUrl,
      `update imports set ended_at = now() - interval '8 days' where id = ${done.id}`,
      `update imports set created_at = now() - interval '8 days' where id = ${waiting.id}`,
    );
    await deleteOldLines(em);
    expect(await em.fork().count(ImportRow, { importId: [done.id, waiting.id] })).toBe(0);
    expect(await importById(em, done.id)).toMatchObject({
      results: { changed: 2 },
      linesDeletedAt: expect.any(Date),
    });
    expect(await em.fork().count(Import, { id: waiting.id })).toBe(0);
    expect(await em.fork().count(ImportRow, { importId: fresh.id })).toBe(2);
  });
});
