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
      select line, stated, key, stated->>'vendor' as vendor, stated->>'user' as person
      from import_rows where import_id = ${importId} and line = any(${lines}::int[])
    ), named as (
      select k.key, k.vendor, found.*
      from (select distinct key, vendor from lines) k, lateral ${licenseNamed(sql`k.key`, sql`k.vendor`)} found
    )
    select s.line, s.stated as "values", coalesce(l.is_ambiguous, false) as "isAmbiguous",
      case when l.id is not null then jsonb_build_object(
        'id', l.id, 'vendor', l.vendor_now, 'seatsTotal', l.seats_total, 'seatsUsed', l.seats_used) end as license,
      case when p.id is not null then jsonb_build_object('id', p.id, 'name', p.name, 'status', p.status, 'fitsToo', p.fits_too) end as user,
      exists (select from seats t where t.license_id = l.id and t.user_id = p.id and t.live) as "hasSeat"
    from lines s
    left join named l on l.key = s.key and l.vendor is not distinct from s.vendor
    left join lateral ${findPerson(sql`s.person`)} p on s.person is not null`.execute(sqlOf(em));
  return rows.map(({ line, ...facts }) => ({ line, facts, subjectId: facts.license?.id ?? null }));
}

/** SQL for the license with a lower-case name; of several, the one of the vendor. */
const licenseNamed = (name: ReturnType<typeof sql>, vendor: ReturnType<typeof sql>) => sql`(
  select c.id, c.vendor as vendor_now, c.seats_total, c.seats_used,
    count(*) over () > 1 and lower(c.vendor) is distinct from lower(${vendor}) as is_ambiguous
  from licenses c where lower(c.name) = ${name}
  order by lower(c.vendor) = lower(${vendor}) desc nulls last, c.id limit 1)`;

/** The id of the license with a name, which another line may have added meanwhile; null when there is none. */
export async function idOfLicense(
  em: EntityManager,
  name: string,
  vendor: string | null,
): Promise<number | null> {
  const { rows } = await sql<{ id: number }>`
    select id from ${licenseNamed(sql`${name.toLowerCase()}`, sql`${vendor}::text`)} found`.execute(
    sqlOf(em),
  );
  return rows[0]?.id ?? null;
}
