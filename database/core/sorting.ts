import { type RawBuilder, sql } from 'kysely';
import { offsetOf, pageSize } from './pagination.ts';
import { placeOfHit } from './search.ts';

/** The rows of a list: a FROM clause, the id of a row, and the condition for a row to be listed. */
export interface Listed {
  from: RawBuilder<unknown>;
  id: RawBuilder<unknown>;
  wanted: RawBuilder<unknown>;
}

/** What a list is sorted by. */
export interface SortKey {
  value: RawBuilder<unknown>;
  /** Joins that the value needs. They find no row that has no value. */
  joins?: RawBuilder<unknown>;
  /** The condition for a row without a value, when the value needs joins. */
  missing?: RawBuilder<unknown>;
}

/** ASC or DESC. */
export const direction = (backwards: boolean): RawBuilder<unknown> => (backwards ? sql`desc` : sql`asc`);

/**
 * SELECT of the ids on one page, each with its `place`. Rows without a value come last in both directions. The id decides
 * between equal values. The rows with a value are read on their own, so an index over value and id returns
 * them in order, and no row after the page is read. The others are read only when the page reaches them.
 */
export function sortedPage(
  { from, id, wanted }: Listed,
  { value, joins = sql``, missing = sql`${value} is null` }: SortKey,
  backwards: boolean,
  page: number,
): RawBuilder<unknown> {
  const way = direction(backwards);
  const last = page * pageSize;
  return sql`
    with present as materialized (
      select ${id} as id, ${value} as value from ${from} ${joins}
      where ${wanted} and ${value} is not null order by ${value} ${way}, ${id} ${way} limit ${last}
    )
    select id, row_number() over (order by value ${way} nulls last, id ${way}) as place from (
      select id, value from present
      union all
      (select ${id}, null from ${from} where ${wanted} and ${missing} order by ${id} ${way}
       limit ${last} - (select count(*) from present))
    ) sorted
    order by value ${way} nulls last, id ${way} limit ${pageSize} offset ${offsetOf(page)}`;
}

/** Like `sortedPage`, for the hits of a search: whole values first, then beginnings, and then by `name`. */
export const bestHits = (
  { from, id, wanted }: Listed,
  searched: readonly RawBuilder<unknown>[],
  text: string,
  name: RawBuilder<unknown>,
  page: number,
): RawBuilder<unknown> => sql`
  select id, row_number() over (order by hit, name, id) as place
  from (select ${id} as id, ${name} as name, ${placeOfHit(searched, text)} as hit from ${from} where ${wanted}) found
  order by hit, name, id limit ${pageSize} offset ${offsetOf(page)}`;
