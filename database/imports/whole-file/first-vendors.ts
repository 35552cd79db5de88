import { sql } from 'kysely';
import type { FirstVendor } from '../../../domain/imports/mass-change-limit.ts';
import { severalVendors } from '../../../domain/wording/license-vendors.ts';
import type { EntityManager } from '../../core/orm.ts';
import { sqlOf } from '../../core/tables.ts';

/** A license without a vendor, and the vendors of the file that no stored license with its name has. */
interface StatedVendors {
  name: string;
  license: string;
  vendors: string[];
}

/** Lines contradict each other when they state different vendors for one license that was made without a vendor. */
export async function refuseSeveralVendors(em: EntityManager, importId: number): Promise<void> {
  const { rows } = await sql<StatedVendors>`
    with stated as (
      select distinct folded(stated->>'license') as name, stated->>'vendor' as vendor
      from import_rows where import_id = ${importId} and stated ? 'license' and stated ? 'vendor'
    ), first as (
      select s.name, s.vendor, min(l.name) as license
      from stated s join licenses l on folded(l.name) = s.name group by s.name, s.vendor
      having bool_or(l.vendor is null) and bool_and(folded(l.vendor) is distinct from folded(s.vendor))
    )
    select name, min(license) as license, array_agg(vendor order by vendor) as vendors
    from first group by name having count(*) > 1`.execute(sqlOf(em));
  if (rows.length === 0) return;
  const problems = rows.map(({ name, license, vendors }) => ({
    name,
    vendors,
    message: severalVendors(license, vendors),
  }));
  await sql`
    update import_rows r set contradictions = r.contradictions || jsonb_build_array(
      jsonb_build_object('field', 'vendor', 'message', p.message))
    from jsonb_to_recordset(${JSON.stringify(problems)}::jsonb) as p(name text, vendors text[], message text)
    where r.import_id = ${importId} and folded(r.stated->>'license') = p.name
      and r.stated->>'vendor' = any(p.vendors)`.execute(sqlOf(em));
}

/** How many licenses a confirmation names; the preview lists all of them. */
const named = 5;

/** The first licenses, by name, that would get a vendor by the evaluated lines of a file. */
export async function firstVendors(em: EntityManager, importId: number): Promise<FirstVendor[]> {
  const { rows } = await sql<FirstVendor>`
    select l.name as license, min(r.judgement->'changes'->'vendor'->>1) as vendor
    from import_rows r join licenses l on l.id = r.subject_id
    where r.import_id = ${importId} and r.verdict in ('create', 'change') and r.judgement->'changes' ? 'vendor'
    group by l.id order by folded(l.name), l.id limit ${named}`.execute(sqlOf(em));
  return rows;
}
