import { sql } from 'kysely';
import type { Actor } from '../../../domain/actor.ts';
import { NotFound } from '../../../domain/failures.ts';
import { columnsOf, type FileColumn } from '../../../domain/imports/columns.ts';
import type { ImportKind } from '../../../domain/imports/imports.ts';
import { record } from '../../core/change.ts';
import { sha256 } from '../../core/hash.ts';
import type { EntityManager } from '../../core/orm.ts';
import { offsetOf, type Page, pageOf, pageSize } from '../../core/pagination.ts';
import { sqlOf } from '../../core/tables.ts';
import { ColumnMapping } from '../../entities/index.ts';
import { nameOfActor } from '../report.ts';

const hashOf = (headers: readonly string[]) => sha256(JSON.stringify(headers));

/** The fields of the columns of a file whose header was mapped before; null when it was not. */
export async function savedFields(
  em: EntityManager,
  kind: ImportKind,
  headers: readonly string[],
): Promise<(string | null)[] | null> {
  const found = await em.fork().findOne(ColumnMapping, { kind, headerHash: hashOf(headers) });
  const isKnown = (field: string | null) =>
    field === null || columnsOf[kind].some((column) => column.field === field);
  if (found === null || !found.columns.every(({ field }) => isKnown(field))) return null;
  return found.columns.map(({ field }) => field);
}

/** Saves the columns for the next file with the same header, instead of those from earlier. */
export async function saveColumns(
  em: EntityManager,
  actor: Actor,
  kind: ImportKind,
  columns: readonly FileColumn[],
): Promise<void> {
  await sql`
    insert into column_mappings (kind, header_hash, columns, mapped_by)
    values (${kind}, ${hashOf(columns.map(({ header }) => header))}, ${JSON.stringify(columns)}::jsonb, ${actor})
    on conflict (kind, header_hash) do update
    set columns = excluded.columns, mapped_by = excluded.mapped_by, mapped_at = now()`.execute(sqlOf(em));
}

/** The columns as they are recorded in the audit trail: `Exit → endDate`. */
export const columnsInWords = (columns: readonly FileColumn[]): string[] =>
  columns.map(({ header, field }) => `${header} → ${field ?? 'ignored'}`);

/** Saved columns in a list. `by` is the name of the user, or the actor when it is no user. */
export interface ListedMapping extends Pick<ColumnMapping, 'id' | 'kind' | 'columns' | 'mappedAt'> {
  by: string;
}

/** One page of the saved columns of these kinds, newest first. */
export async function listMappings(
  em: EntityManager,
  kinds: readonly ImportKind[],
  page: number,
): Promise<Page<ListedMapping>> {
  const matching = sql`m.kind = any(${kinds}::text[])`;
  const { rows } = await sql<ListedMapping & { total: number }>`
    with page as (
      select m.id, m.kind, m.columns, m.mapped_at as "mappedAt", ${nameOfActor(sql`m.mapped_by`)} as by
      from column_mappings m where ${matching} order by m.mapped_at desc, m.id desc
      limit ${pageSize} offset ${offsetOf(page)}
    )
    select total, page.* from (select count(*) as total from column_mappings m where ${matching}) counted
    left join page on true order by page."mappedAt" desc, page.id desc`.execute(sqlOf(em));
  return pageOf(rows, page);
}

/** Removes a mapping of one of these kinds, so that the next file with its header asks again. Throws NotFound. */
export const removeMapping = (
  em: EntityManager,
  actor: Actor,
  id: number,
  kinds: readonly ImportKind[],
): Promise<void> =>
  em.fork().transactional(async (transaction) => {
    const found = await transaction.findOne(ColumnMapping, { id, kind: { $in: [...kinds] } });
    if (found === null) throw new NotFound('set of columns');
    const { kind, columns } = found;
    record(transaction, actor, 'columns.forgotten', null, { kind, columns: columnsInWords(columns) });
    transaction.remove(found);
  });
