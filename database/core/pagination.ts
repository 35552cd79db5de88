/** Rows on one page of every list. */
export const pageSize = 50;

/** One page of a list, counted from 1, and how many rows there are on all of them. */
export interface Page<Row> {
  rows: Row[];
  total: number;
  page: number;
  /** The number of the last page; 1 when there is nothing to list. */
  lastPage: number;
}

/** How many rows come before a page. */
export const offsetOf = (page: number): number => (page - 1) * pageSize;

/** The number of the last page; an empty list has one. */
export const lastPageOf = (total: number): number => Math.max(1, Math.ceil(total / pageSize));

/**
 * Makes a page of the rows of `select … from (select count(*) as total …) counted left join page on true`:
 * one statement that knows the total also on a page past the end, as one row that has nothing else.
 */
export function pageOf<Row extends { id: number }>(
  rows: (Row & { total: number })[],
  page: number,
): Page<Row> {
  const total = rows[0]!.total;
  return {
    rows: rows.filter((row) => row.id !== null),
    total,
    page,
    lastPage: lastPageOf(total),
  };
}

/** A part of a list that is read on by the id of its last row. */
export interface CursorPage<Row> {
  rows: Row[];
  /** The id after which the next part begins; null when this was the last one. */
  next: number | null;
}

/** Makes a part of one row more than asked for: it says whether there is another part. */
export function cursorPageOf<Row extends { id: number }>(found: Row[], limit: number): CursorPage<Row> {
  const rows = found.slice(0, limit);
  return { rows, next: found.length > limit ? rows.at(-1)!.id : null };
}
