import { sql } from 'kysely';
import { NotFound } from '../../../domain/failures.ts';
import { isOfWorkspace } from '../../access/workspace-tokens.ts';
import type { EntityManager } from '../../core/orm.ts';
import { sqlOf } from '../../core/tables.ts';

/** What a merge would do besides moving the open items. */
export interface MergePreview {
  goneExternalId: string | null;
  keptExternalId: string | null;
  /** The licenses of which both records have a seat. */
  doubled: string[];
  /** The API tokens that the record which goes has made. */
  tokens: string[];
}

/** What merging `goneId` into `keptId` would do now, by one statement. Throws NotFound. */
export async function previewMerge(em: EntityManager, goneId: number, keptId: number): Promise<MergePreview> {
  const { rows } = await sql<MergePreview>`
    select g.external_id as "goneExternalId", k.external_id as "keptExternalId",
      array(select l.name from seats s join seats t on t.license_id = s.license_id and t.user_id = k.id and t.live
        join licenses l on l.id = s.license_id
        where s.user_id = g.id and s.live order by lower(l.name), l.id) as doubled,
      array(select name from api_tokens where created_by = g.id and revoked_at is null and not ${isOfWorkspace} order by id) as tokens
    from users g cross join users k where g.id = ${goneId} and k.id = ${keptId}`.execute(sqlOf(em));
  if (rows[0] === undefined) throw new NotFound('person');
  return rows[0];
}
