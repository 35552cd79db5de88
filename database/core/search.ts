import { type RawBuilder, sql } from 'kysely';

/**
 * SQL condition: one of the columns contains the text, in any case and with or without accents. One or two ASCII letters
 * are looked for at the beginning only. Trigram indexes do not find them inside, and reading 100,000 people takes seconds.
 */
export const contains = (columns: readonly RawBuilder<unknown>[], text: string): RawBuilder<boolean> => {
  const matches = hasTrigram(text) || /[^\p{ASCII}]/u.test(withoutMarks(text)) ? hasInside : beginsWith;
  return sql`(${sql.join(
    columns.map((column) => matches(column, text)),
    sql` or `,
  )})`;
};

const hasInside = (column: RawBuilder<unknown>, text: string) =>
  sql`searchable(${column}) like '%' || searchable(${escaped(text)}) || '%'`;

/** The collation is that of the indexes of beginnings. */
const beginsWith = (column: RawBuilder<unknown>, text: string) =>
  sql`starts_with(searchable(${column}) collate "C", searchable(${text}))`;

/**
 * Whether a trigram index finds the text: it has three letters or digits in a row. The indexes know only those of ASCII,
 * unless the database has another LC_CTYPE.
 */
export const hasTrigram = (text: string): boolean => /[a-z\d]{3}/i.test(withoutMarks(text));

const withoutMarks = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '');

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
