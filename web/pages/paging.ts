/** Rows on one page of every list. */
export const pageSize = 50;

/** The number of the last page; an empty list has one. */
export const lastPage = (total: number, size = pageSize): number => Math.max(1, Math.ceil(total / size));
