import { sql } from 'kysely';
import type { Database } from '../../database/core/orm.ts';
import { sqlOf } from '../../database/core/tables.ts';

/** Tables that reads write to: sessions, and counts of attempts. */
const writtenByReads = ['sessions', 'rate_limits'];

/** A hash of every table. Equal hashes mean that nothing has changed in between. */
export async function fingerprintOf({ em }: Database): Promise<Record<string, string>> {
  const { rows: tables } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public'
      and tablename <> all(${writtenByReads}) order by 1`.execute(sqlOf(em.fork()));
  const hashes = tables.map(
    ({ name }) => sql`
      select ${name} as name, md5(coalesce(string_agg(t::text, '' order by t::text), '')) as hash
      from ${sql.table(name)} t`,
  );
  const { rows } = await sql<{ name: string; hash: string }>`${sql.join(hashes, sql` union all `)}`.execute(
    sqlOf(em.fork()),
  );
  return Object.fromEntries(rows.map(({ name, hash }) => [name, hash]));
}
