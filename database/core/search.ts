import { type RawBuilder, sql } from 'kysely';

/** SQL condition: one of the columns contains the text, in any case and with or without accents. */
export const contains = (columns: readonly RawBuilder<unknown>[], text: string): RawBuilder<boolean> =>
  sql`(${sql.join(
    columns.map((column) => sql`searchable(${column}) like '%' || searchable(${escaped(text)}) || '%'`),
    sql` or `,
  )})`;

/** SQL condition: the column contains the text, or begins with it if it has one or two letters, which the index cannot find inside. */
export const partOf = (column: RawBuilder<unknown>, text: string): RawBuilder<boolean> =>
  [...text].length > 2
    ? contains([column], text)
    : sql`searchable(${column}) like searchable(${escaped(text)}) || '%'`;

/** SQL for the place of a hit: 0 when a column is the text, 1 when one begins with it, and 2 else. */
export const placeOfHit = (columns: readonly RawBuilder<unknown>[], text: string): RawBuilder<number> =>
  sql`least(${sql.join(
    columns.map(
      (column) => sql`case
        when searchable(${column}) = searchable(${text}) then 0
        when starts_with(searchable(${column}), searchable(${text})) then 1
        else 2 end`,
    ),
  )})`;

/** The text with the wildcards of LIKE escaped. */
const escaped = (text: string) => text.replace(/[\\%_]/g, '\\$&');
