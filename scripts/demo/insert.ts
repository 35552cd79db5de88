import { sql } from 'kysely';
import type { EntityManager } from '../../database/core/orm.ts';
import { sqlOf, type Tables } from '../../database/core/tables.ts';

const batchSize = 5000;

/** Reserves ids from the table's sequence. */
export async function reserveIds(em: EntityManager, table: keyof Tables, count: number): Promise<number[]> {
  const { rows } = await sql<{ ids: number[] }>`
    select array(
      select nextval(pg_get_serial_sequence(${table}, 'id'))::int from generate_series(1, ${count})
    ) as ids`.execute(sqlOf(em));
  return rows[0]!.ids;
}

/** Inserts rows, 5,000 per statement, and calls `written` after each batch. All rows have the columns of the first. */
export async function insertRows(
  em: EntityManager,
  table: keyof Tables,
  rows: readonly object[],
  written: (count: number) => void,
): Promise<void> {
  if (rows.length === 0) return;
  const columns = sql.join(Object.keys(rows[0]!).map((property) => sql.ref(columnOf(property))));
  for (let from = 0; from < rows.length; from += batchSize) {
    const batch = rows.slice(from, from + batchSize).map(withColumns);
    await sql`
      insert into ${sql.table(table)} (${columns})
      select ${columns} from jsonb_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(batch)})`.execute(
      sqlOf(em),
    );
    written(batch.length);
  }
}

const withColumns = (row: object) =>
  Object.fromEntries(Object.entries(row).map(([property, value]) => [columnOf(property), value]));

/** `assignedAt` becomes `assigned_at`. */
const columnOf = (property: string) => property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
