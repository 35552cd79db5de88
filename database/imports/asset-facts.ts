import { sql } from 'kysely';
import type { AssetFacts } from '../../domain/imports/evaluate-asset.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { FactsOfLine } from './evaluate.ts';
import { findPerson } from './person-lookup.ts';

/**
 * The stored facts about the assets of some lines, in one statement. Other lines with a serial are looked up once for each
 * serial, because thousands of lines may share a bogus one.
 */
export async function assetFacts(
  em: EntityManager,
  importId: number,
  lines: readonly number[],
): Promise<FactsOfLine<AssetFacts>[]> {
  const { rows } = await sql<AssetFacts & { line: number }>`
    with lines as materialized (
      select line, stated, stated->>'holder' as holder, other_key as serial
      from import_rows where import_id = ${importId} and line = any(${lines}::int[])
    ), shared as (
      select d.serial, f.first, f.last
      from (select distinct serial from lines where serial is not null) d cross join lateral (
        select min(line) as first, max(line) as last from import_rows
        where import_id = ${importId} and other_key = d.serial
          and repeats is null and contradictions = '[]' and problems = '[]'
      ) f where f.first < f.last
    )
    select s.line, s.stated as "values",
      case when a.id is not null then jsonb_build_object(
        'id', a.id, 'serial', a.serial, 'model', a.model, 'location', a.location, 'status', a.status) end as asset,
      case when u.id is not null then jsonb_build_object('id', u.id, 'name', u.name) end as "heldBy",
      case when p.id is not null then jsonb_build_object('id', p.id, 'name', p.name, 'status', p.status, 'directoryInactive', p.directory_inactive, 'fitsToo', p.fits_too) end as holder,
      ${sameSerial} as "sameSerial",
      case when g.first = s.line then g.last else g.first end as "sameSerialOnLine"
    from lines s
    left join assets a on a.id = asset_with_tag(s.stated->>'tag')
    left join assignments h on h.asset_id = a.id and h.returned_at is null
    left join recovery_corrections c on c.asset_id = a.id and c.closed_at is null
    left join users u on u.id = coalesce(h.user_id, c.user_id)
    left join lateral ${findPerson(sql`s.holder`)} p on s.holder is not null
    left join shared g on g.serial = s.serial`.execute(sqlOf(em));
  return rows.map(({ line, ...facts }) => ({ line, facts, subjectId: facts.asset?.id ?? null }));
}

/** Another asset with the serial of the line. */
const sameSerial = sql`(
  select jsonb_build_object('tag', e.tag, 'holder', n.name)
  from assets e
  left join assignments t on t.asset_id = e.id and t.returned_at is null
  left join users n on n.id = t.user_id
  where folded(e.serial) = folded(s.stated->>'serial') and e.id is distinct from a.id order by e.id limit 1)`;
