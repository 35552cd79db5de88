import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import { sqlOf } from '../../../database/core/tables.ts';
import { AuditEntry, ImportRow } from '../../../database/entities/index.ts';
import { cancelImport, importById, startImport } from '../../../database/imports/imports.ts';
import {
  endImport,
  executeBatch,
  importsStarting,
  pendingImports,
} from '../../../database/imports/progress.ts';
import { csvOf } from '../../../testing/cast/importing.ts';
import { fileOfTwo, importTests, mailOf, newId, trailOf } from './fixture.ts';

const { database, em, test } = await importTests();

describe('an import', () => {
  test('can be started only once', async ({ cast, actor, files }) => {
    const { id } = await files.upload('users', fileOfTwo(cast));
    await startImport(em, actor, id, null);
    await expect(startImport(em, actor, id, null)).rejects.toThrow('already started');
    expect(await importsStarting(em)).toContain(id);
    await files.execute(id);
    expect(await pendingImports(em, { after: 0, limit: 1_000 })).not.toContain(id);
  });

  test('that is cancelled before it starts loses its lines and keeps its record', async ({
    cast,
    actor,
    files,
  }) => {
    const { id } = await files.upload('users', fileOfTwo(cast));
    await cancelImport(em, actor, id);
    expect(await em.fork().count(ImportRow, { importId: id })).toBe(0);
    expect(await importById(em, id)).toMatchObject({ state: 'cancelled', startedAt: null });
    await expect(startImport(em, actor, id, null)).rejects.toThrow();
    await expect(cancelImport(em, actor, id)).rejects.toThrow('already ended');
  });

  test('that is cancelled while it runs stops and keeps what it has done', async ({ cast, actor, files }) => {
    const { id } = await files.upload('users', fileOfTwo(cast));
    await startImport(em, actor, id, null);
    await em.fork().nativeUpdate(ImportRow, { importId: id, line: 3 }, { outcome: 'unchanged' });
    await cancelImport(em, actor, id);
    expect(await executeBatch(em, id, { onStep() {}, onDefect() {} })).toMatchObject({ isOver: true });
    expect(await importById(em, id)).toMatchObject({
      state: 'cancelled',
      results: { changed: 0, unchanged: 1 },
    });
  });

  test('that was interrupted continues with the remaining lines', async ({ cast, actor, files }) => {
    const { id } = await files.upload('users', fileOfTwo(cast));
    await startImport(em, actor, id, null);
    let lines = 0;
    const crash = () => {
      if (++lines === 1) throw new Error('The worker died');
    };
    await expect(executeBatch(em, id, { onStep: crash, onDefect() {} })).rejects.toThrow('died');
    const done = await files.execute(id);
    expect(done.results).toMatchObject({ changed: 2, failed: 0 });
    for (const { id } of [cast.emil, cast.timo])
      expect(await trailOf(database, id)).toEqual([`${actor} user.updated`]);
  });

  test('executed three times at the same time executes each line once', async ({ actor, files }) => {
    const ids = Array.from({ length: 30 }, () => newId());
    const { id } = await files.upload(
      'users',
      csvOf(
        ['externalId', 'name', 'email', 'manager'],
        ...ids.map((id) => [id, 'N', mailOf(id), ids.at(-1) === id ? null : ids.at(-1)!]),
      ),
    );
    await startImport(em, actor, id, null);
    await Promise.all([files.execute(id), files.execute(id), files.execute(id)]);
    expect((await importById(em, id)).results).toEqual({
      created: 30,
      changed: 0,
      unchanged: 0,
      failed: 0,
      managersPending: 0,
    });
    const { rows } = await sql<{ entries: number }>`
      select count(*) as entries from audit_entries a join users u on u.id = a.user_id
      where u.external_id = any(${ids}::text[]) and a.action in ('user.created', 'user.manager_changed')`.execute(
      sqlOf(em),
    );
    expect(rows[0]!.entries).toBe(59);
    expect(await em.fork().count(AuditEntry, { action: 'import.ended', details: { importId: id } })).toBe(1);
  });

  test('that failed continues when a user starts it again', async ({ cast, actor, files }) => {
    const { id } = await files.upload('users', fileOfTwo(cast));
    await startImport(em, actor, id, null);
    await endImport(em, id, 'failed');
    expect(await pendingImports(em, { after: 0, limit: 1_000 })).not.toContain(id);
    await startImport(em, `user:${cast.ada.id}`, id, null);
    expect(await files.execute(id)).toMatchObject({
      state: 'done',
      startedBy: actor,
      results: { changed: 2 },
    });
  });
});
