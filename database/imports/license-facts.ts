import { sql } from 'kysely';
import type { LicenseFacts } from '../../domain/imports/evaluate-license.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { FactsOfLine } from './evaluate.ts';
import { findPerson } from './person-lookup.ts';

/** The stored facts about the licenses of some lines, in one statement. */
export async function licenseFacts(
  em: EntityManager,
  importId: number,
  lines: readonly number[],
): Promise<FactsOfLine<LicenseFacts>[]> {
  const { rows } = await sql<LicenseFacts & { line: number }>`
    with lines as materialized (
      select line, stated, stated->>'license' as name, stated->>'vendor' as vendor, stated->>'user' as person,
        case when judgement->'changes' ? 'vendor' then subject_id end as takes_vendor
      from import_rows where import_id = ${importId} and line = any(${lines}::int[])
    ), named as (
      select k.name, k.vendor, found.*
      from (select distinct name, vendor from lines) k,
        lateral ${licensesNamed(sql`k.name`, sql`k.vendor`)} found
    )
    select s.line, s.stated as "values", folded(s.name) as "foldedName",
      case when l.id is not null then jsonb_build_object(
        'id', l.id, 'vendor', l.known_vendor, 'seatsTotal', l.seats_total, 'seatsUsed', l.seats_used) end as license,
      coalesce(l.vendors, '{}') as vendors,
      coalesce(s.takes_vendor = l.id, false) or i.started_at is null as "mayTakeVendor",
      case when p.id is not null then jsonb_build_object('id', p.id, 'name', p.name, 'status', p.status, 'directoryInactive', p.directory_inactive, 'fitsToo', p.fits_too) end as user,
      exists (select from seats t where t.license_id = l.id and t.user_id = p.id and t.live) as "hasSeat"
    from lines s
    join imports i on i.id = ${importId}
    left join named l on l.name = s.name and l.vendor is not distinct from s.vendor
    left join lateral ${findPerson(sql`s.person`)} p on s.person is not null`.execute(sqlOf(em));
  return rows.map(({ line, ...facts }) => ({ line, facts, subjectId: facts.license?.id ?? null }));
}

/**
 * SQL for the license with a name and a vendor, or else without a vendor, and for the vendors of all licenses with the
 * name. When no vendor is stated, it is the only license with the name.
 */
const licensesNamed = (name: ReturnType<typeof sql>, vendor: ReturnType<typeof sql>) => sql`(
  select c.id, c.vendor as known_vendor, c.seats_total, c.seats_used, v.vendors
  from (select array_agg(vendor order by id) as vendors from licenses where folded(name) = folded(${name})) v
  left join lateral (
    select * from licenses
    where folded(licenses.name) = folded(${name}) and (
      folded(licenses.vendor) = folded(${vendor})
      or case when ${vendor} is null then cardinality(v.vendors) = 1 else licenses.vendor is null end)
    order by licenses.vendor is null, name_is_duplicate, id limit 1
  ) c on true)`;

/** The license of a line, which another line may have added meanwhile; null when there is none. */
export async function findLicense(
  em: EntityManager,
  name: string,
  vendor: string | null,
): Promise<{ id: number; vendor: string | null } | null> {
  const { rows } = await sql<{ id: number | null; vendor: string | null }>`
    select id, known_vendor as vendor
    from ${licensesNamed(sql`${name}::text`, sql`${vendor}::text`)} found`.execute(sqlOf(em));
  const [found] = rows;
  return found === undefined || found.id === null ? null : { id: found.id, vendor: found.vendor };
}
