/** Rows on one page of every list. */
export const pageSize = 50;

/** One page of a list. `page` counts from 1, and `total` is the number of rows on all pages. */
export interface Page<Row> {
  rows: Row[];
  total: number;
  page: number;
  /** 1 for an empty list. */
  lastPage: number;
}

/** The SQL offset of a page, which counts from 1. */
export const offsetOf = (page: number): number => (page - 1) * pageSize;

/** The number of the last page; 1 for an empty list. */
export const lastPageOf = (total: number): number => Math.max(1, Math.ceil(total / pageSize));

/**
 * Makes a page of the rows of `select … from (select count(*) as total …) counted left join page on true`. A page past
 * the end has one row, which holds only the total.
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

/** One page of a list that is read by cursor. */
export interface CursorPage<Row> {
  rows: Row[];
  /** The cursor of the next page, which is the id of the last row; null on the last page. */
  next: number | null;
}

/** Makes a page of up to `limit + 1` rows; the extra row shows that another page follows. */
export function cursorPageOf<Row extends { id: number }>(found: Row[], limit: number): CursorPage<Row> {
  const rows = found.slice(0, limit);
  return { rows, next: found.length > limit ? rows.at(-1)!.id : null };
}
