import pg from 'pg';
import type { OwnDatabase } from '../../../testing/servers/database.ts';

/** A text in the database that contains a marker. */
export interface Found {
  /** The table and the column. */
  place: string;
  marker: string;
  text: string;
}

/** Searches every text, JSON and array column of every table, as the owner, whatever the case of the letters. */
export async function markersIn(own: OwnDatabase, markers: readonly string[]): Promise<Found[]> {
  const owner = new pg.Client({ connectionString: own.ownerUrl });
  await owner.connect();
  try {
    const { rows: columns } = await owner.query<{ table: string; column: string }>(`
      select c.table_name as table, c.column_name as column from information_schema.columns c
      join information_schema.tables t using (table_schema, table_name)
      where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
        and c.data_type in ('text', 'character varying', 'json', 'jsonb', 'ARRAY') order by 1, 2`);
    const found: Found[] = [];
    for (const { table, column } of columns) {
      const name = owner.escapeIdentifier(column);
      const { rows } = await owner.query<Omit<Found, 'place'>>(
        `select marker, max(${name}::text) as text from ${owner.escapeIdentifier(table)}, unnest($1::text[]) marker
        where lower(${name}::text) ~ ('\\m' || marker || '\\M') group by marker order by marker`,
        [markers],
      );
      found.push(...rows.map((row) => ({ place: `${table}.${column}`, ...row })));
    }
    return found;
  } finally {
    await owner.end();
  }
}
