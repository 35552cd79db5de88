import { sql } from 'kysely';
import { actorUserId } from '../../domain/actor.ts';
import type { ImportEnd } from '../../domain/imports/imports.ts';
import { userHasAccess } from '../access/has-access.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { Import, Results } from '../entities/import.ts';

/**
 * Notifies the user who started an import of its result. When a token started it, notifies the super-admins, and only
 * if the import failed.
 */
export async function notifyResult(
  em: EntityManager,
  { id, kind, fileName, rowCount, startedBy }: Import,
  state: ImportEnd,
  results: Results,
): Promise<void> {
  const starter = actorUserId(startedBy!);
  const details = { importId: id, kind, state, file: fileName, lines: rowCount, ...results };
  const receivers =
    starter !== null
      ? sql`u.id = ${starter}`
      : state === 'failed'
        ? sql`u.role = 'super-admin' and ${userHasAccess('u')}`
        : sql`false`;
  await sql`
    insert into notifications (user_id, kind, details)
    select u.id, 'import_ended', ${JSON.stringify(details)}::jsonb
      || jsonb_build_object('warned', (select warned from imports where id = ${id}))
    from users u
    where ${receivers} order by u.id`.execute(sqlOf(em));
}
