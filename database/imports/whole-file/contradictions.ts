import { sql } from 'kysely';
import type { ImportKind } from '../../../domain/imports/imports.ts';
import type { EntityManager } from '../../core/orm.ts';
import { sqlOf } from '../../core/tables.ts';
import { refuseSeveralVendors } from './first-vendors.ts';
import { differencesOf, pairsOf } from './pairs.ts';

/**
 * Finds the lines of a file that are about the same person, asset or seat, whatever keys they use. A line that states
 * the same as an earlier one repeats it. Lines that state something else contradict each other. None of them is executed,
 * because it is unknown which one is right.
 */
export async function findContradictions(
  em: EntityManager,
  importId: number,
  kind: ImportKind,
): Promise<void> {
  await sql`
    update import_rows set contradictions = '[]', repeats = null
    where import_id = ${importId} and (contradictions <> '[]' or repeats is not null)`.execute(sqlOf(em));
  if (kind === 'licenses') {
    await agreeOn(em, importId, 'seatsTotal', "This license's lines have different numbers of seats.");
    await agreeOn(em, importId, 'vendor', "This license's lines have different vendors.");
    await refuseSeveralVendors(em, importId);
  }
  await markPairs(em, importId, kind);
  await refuseRepeatsOfRefused(em, importId);
}

/** Compares each line with the first one about the same subject, and marks both. */
async function markPairs(em: EntityManager, importId: number, kind: ImportKind) {
  await sql`
    with pairs as materialized (${pairsOf[kind](importId)}),
    compared as (
      select p.*, ${differencesOf[kind]} as differences
      from pairs p
      join import_rows a on a.import_id = ${importId} and a.line = p.first
      join import_rows b on b.import_id = ${importId} and b.line = p.line
    ), told as (
      select line, field, words, first as other, differences from compared where differences <> '{}'
      union all
      (select distinct on (first, field) first, field, words, line, differences
      from compared where differences <> '{}' order by first, field, line)
    ), marks as (
      select line, null::int as repeats, jsonb_agg(jsonb_build_object('field', field, 'message',
        'Line ' || other || ' ' || words || '. They disagree on ' || array_to_string(differences, ', ') || '.')
        order by field desc) as contradictions
      from told group by line
      union all
      select line, min(first), '[]' from compared c
      where differences = '{}' and not exists (select from told t where t.line = c.line) group by line
    )
    update import_rows r set repeats = m.repeats, contradictions = r.contradictions || m.contradictions
    from marks m where r.import_id = ${importId} and r.line = m.line`.execute(sqlOf(em));
}

async function refuseRepeatsOfRefused(em: EntityManager, importId: number) {
  await sql`
    update import_rows r set repeats = null, contradictions = o.contradictions
    from import_rows o
    where r.import_id = ${importId} and r.repeats is not null
      and o.import_id = r.import_id and o.line = r.repeats and o.contradictions <> '[]'`.execute(sqlOf(em));
}

/** Copies a value that some lines of a license state to its other lines; they contradict each other when it differs. */
async function agreeOn(em: EntityManager, importId: number, field: string, words: string) {
  await sql`
    with stated as (
      select key, min(stated->>${field}) as value, count(distinct stated->>${field}) as different
      from import_rows where import_id = ${importId} and stated ? ${field} group by key
    )
    update import_rows r set
      stated = case when different = 1
        then r.stated || jsonb_build_object(${field}::text, (
          select o.stated->${field} from import_rows o
          where o.import_id = ${importId} and o.key = s.key and o.stated ? ${field} limit 1))
        else r.stated end,
      contradictions = case when different > 1 and r.stated ? ${field}
        then r.contradictions || jsonb_build_array(jsonb_build_object('field', ${field}::text, 'message', ${words}::text))
        else r.contradictions end
    from stated s
    where r.import_id = ${importId} and r.key = s.key
      and (different > 1 or not r.stated ? ${field})`.execute(sqlOf(em));
}
