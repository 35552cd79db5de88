import { type RawBuilder, sql } from 'kysely';
import type { ImportKind } from '../../domain/imports/imports.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/**
 * Adds a problem to lines of a file that contradict each other. None of them is executed, because it is unknown which
 * one is right.
 */
export async function findContradictions(
  em: EntityManager,
  importId: number,
  kind: ImportKind,
): Promise<void> {
  if (kind === 'users') {
    await refuseRepeated(em, importId, sql`key`, 'externalId', 'is about the same external id');
    await refuseRepeated(em, importId, sql`other_key`, 'email', 'has the same e-mail address');
  } else if (kind === 'assets') {
    await refuseRepeated(em, importId, sql`key`, 'tag', 'is about the same asset');
  } else {
    await refuseRepeated(
      em,
      importId,
      sql`(key || chr(31) || coalesce(other_key, ''))`,
      'license',
      'says the same',
    );
    await agreeOn(em, importId, 'seatsTotal', 'The lines of this license state different numbers of seats.');
  }
}

async function refuseRepeated(
  em: EntityManager,
  importId: number,
  key: RawBuilder<unknown>,
  field: string,
  words: string,
) {
  await sql`
    with neighbours as (
      select line, lag(line) over same as before, lead(line) over same as after
      from import_rows where import_id = ${importId} and ${key} is not null
      window same as (partition by ${key} order by line)
    )
    update import_rows r set problems = problems || jsonb_build_array(jsonb_build_object(
      'field', ${field}::text, 'message', 'Line ' || coalesce(before, after) || ${` ${words}.`}::text))
    from neighbours n
    where r.import_id = ${importId} and r.line = n.line and coalesce(before, after) is not null`.execute(
    sqlOf(em),
  );
}

/** Copies a value that some lines of a license state to its other lines; adds a problem when they differ. */
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
      problems = case when different > 1 and r.stated ? ${field}
        then r.problems || jsonb_build_array(jsonb_build_object('field', ${field}::text, 'message', ${words}::text))
        else r.problems end
    from stated s
    where r.import_id = ${importId} and r.key = s.key
      and (different > 1 or not r.stated ? ${field})`.execute(sqlOf(em));
}
