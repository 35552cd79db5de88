import { type RawBuilder, sql } from 'kysely';
import { contains, hasTrigram } from '../core/search.ts';

/** A text to search for: as it was typed, and as the identifier that it may be. */
export interface SearchText {
  typed: string;
  identifier: string;
}

/** A column that is searched, and the text to look for in it. */
interface SearchedColumn {
  value: RawBuilder<unknown>;
  text: string;
}

/** What is searched together. The first column is the name of a row; the order of the columns is that of the hits. */
export interface Searched {
  /** Without an alias. */
  table: RawBuilder<unknown>;
  columns: [SearchedColumn, ...SearchedColumn[]];
  where?: RawBuilder<unknown>;
  /** The order of rows with the same text, as in the index. */
  ties: RawBuilder<unknown>;
}

/** Where the text is in a hit. */
export const places = { whole: 0, beginning: 1, inside: 2 } as const;
export type Place = (typeof places)[keyof typeof places];

/** Of very many hits inside of texts only so many are read and sorted. Typing on finds the others. */
const mostInside = 200;

/**
 * SQL for the best `limit` hits of a text, as `id`, `place`, `nth`: whole texts, then beginnings, then other parts, each
 * by column and then by text. Beginnings come from the sorted indexes, so that they cost the same among many rows. Other
 * parts are looked for only when there are too few beginnings.
 */
export function hitsOf(searched: Searched, limit: number): RawBuilder<unknown> {
  const { columns } = searched;
  const beginnings = columns.map((column, index) => beginningsIn(searched, column, index, limit));
  const isTooFew = sql`(select count(distinct id) from beginnings) < ${limit}`;
  const isInside = conditionInside(columns);
  const inside =
    isInside === null ? sql`` : sql`union all ${insideOf(searched, sql`${isTooFew} and ${isInside}`, limit)}`;
  return sql`(
    with beginnings as materialized (${sql.join(beginnings, sql` union all `)})
    select id, place, row_number() over (order by place, "column", nth) as nth
    from (
      select distinct on (id) * from (select * from beginnings ${inside}) found
      order by id, place, "column", nth
    ) best
    order by nth limit ${limit}
  )`;
}

/** The first rows by a column that begin with its text, whole texts among them. */
function beginningsIn(
  { table, where = sql`true`, ties }: Searched,
  { value, text }: SearchedColumn,
  index: number,
  limit: number,
): RawBuilder<unknown> {
  return sql`
    select id, case when key = searchable(${text}) then ${sql.lit(places.whole)} else ${sql.lit(places.beginning)} end as place,
      ${sql.lit(index)} as "column", row_number() over () as nth
    from (
      select id, ${keyOf(value)} as key from ${table}
      where starts_with(${keyOf(value)}, searchable(${text})) and ${where}
      order by ${keyOf(value)}, ${ties} limit ${limit}
    ) sorted`;
}

/** The first rows by name with the text in any column; whole texts and beginnings are among them. */
function insideOf(
  { table, columns, where = sql`true`, ties }: Searched,
  isWanted: RawBuilder<unknown>,
  limit: number,
): RawBuilder<unknown> {
  return sql`
    select id, ${sql.lit(places.inside)}, ${sql.lit(columns.length)}, row_number() over ()
    from (
      select id from (
        select * from ${table} where ${isWanted} and ${where}
        limit ${mostInside}
      ) matching
      order by ${keyOf(columns[0].value)}, ${ties} limit ${2 * limit}
    ) sorted`;
}

/** What the indexes of beginnings are sorted by. */
const keyOf = (value: RawBuilder<unknown>) => sql`searchable(${value}) collate "C"`;

/**
 * SQL condition for a row with the text inside of a column; null for a text that is too short. In a database with the
 * LC_CTYPE "C" the trigram indexes know only ASCII letters and digits. For other letters all names are read there as
 * they are stored, because `searchable` would take a second for 100,000 of them. PostgreSQL decides when it plans.
 */
function conditionInside(columns: Searched['columns']): RawBuilder<unknown> | null {
  const [{ value, text }] = columns;
  const matches = sql`(${sql.join(
    columns.map((column) => contains([column.value], column.text)),
    sql` or `,
  )})`;
  if (columns.some((column) => hasTrigram(column.text))) return matches;
  if (!/[\p{L}\p{N}]{3}/u.test(text)) return null;
  return sql`case when ${trigramsKnowAllLetters} then ${matches} else strpos(lower(${value}), lower(${text})) > 0 end`;
}

const trigramsKnowAllLetters = sql`show_trgm('абв') <> '{}'`;
