import { sql } from 'kysely';
import { fitsSeveral } from '../../../domain/imports/evaluate-license.ts';
import type { EntityManager } from '../../core/orm.ts';
import { sqlOf } from '../../core/tables.ts';

/** A line without a vendor whose name several licenses have, those of the file included. */
interface VendorlessLine {
  line: number;
  license: string;
  vendors: (string | null)[];
}

/**
 * Gives each line of a file of licenses the vendor of its license, and makes its key the folded name and vendor. A line
 * without a vendor means the only license with its name, of the file or stored. It has a problem when it fits several. A
 * stored license without a vendor counts as the one whose vendor only the file knows, because it would take that vendor.
 */
export async function nameVendors(em: EntityManager, importId: number): Promise<void> {
  await setKeys(em, importId);
  await addProblems(em, importId, await vendorlessLines(em, importId));
}

const lines = (importId: number) => sql`
  lines as materialized (
    select line, stated->>'license' as license, folded(stated->>'license') as name, stated->>'vendor' as vendor
    from import_rows where import_id = ${importId} and stated ? 'license'
  ), stored as materialized (
    select folded(name) as name, folded(coalesce(vendor, '')) as vendor_key, vendor, 0 as line from licenses
    where folded(name) in (select name from lines)
  ), taking as (
    select name from lines where vendor is not null
      and not exists (select from stored s where s.name = lines.name and s.vendor_key = folded(lines.vendor))
    group by name having count(distinct folded(vendor)) = 1
  ), spelled as materialized (
    select distinct on (name, vendor_key) * from (
      select * from stored where vendor is not null or name not in (select name from taking)
      union all
      select name, folded(vendor), vendor, line from lines where vendor is not null
    ) every_one order by name, vendor_key, line
  )`;

/** Takes the spelling that is stored, or else of the first line. */
async function setKeys(em: EntityManager, importId: number) {
  await sql`
    with ${lines(importId)}, single as (
      select name, min(vendor_key) as vendor_key, min(vendor) as vendor from spelled group by name having count(*) = 1
    )
    update import_rows r set
      key = l.name || chr(31) || coalesce(s.vendor_key, o.vendor_key, ''),
      stated = r.stated || jsonb_strip_nulls(jsonb_build_object('vendor', coalesce(s.vendor, o.vendor)))
    from lines l
    left join spelled s on s.name = l.name and s.vendor_key = folded(l.vendor)
    left join single o on l.vendor is null and o.name = l.name
    where r.import_id = ${importId} and r.line = l.line`.execute(sqlOf(em));
}

async function vendorlessLines(em: EntityManager, importId: number): Promise<VendorlessLine[]> {
  const { rows } = await sql<VendorlessLine>`
    with ${lines(importId)}, shared as (
      select name, array_agg(vendor order by vendor nulls last) as vendors from spelled
      group by name having count(*) > 1
    )
    select line, license, vendors from lines join shared using (name) where vendor is null`.execute(
    sqlOf(em),
  );
  return rows;
}

async function addProblems(em: EntityManager, importId: number, vendorless: readonly VendorlessLine[]) {
  if (vendorless.length === 0) return;
  const problems = vendorless.map(({ line, license, vendors }) => ({
    line,
    message: fitsSeveral(license, vendors),
  }));
  await sql`
    update import_rows r set problems = r.problems || jsonb_build_array(
      jsonb_build_object('field', 'vendor', 'message', p.message))
    from jsonb_to_recordset(${JSON.stringify(problems)}::jsonb) as p(line int, message text)
    where r.import_id = ${importId} and r.line = p.line`.execute(sqlOf(em));
}
