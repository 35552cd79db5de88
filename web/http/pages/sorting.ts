import type { Request } from 'express';
import { type Sort, sortFrom, sortText } from '../../../domain/sorting.ts';
import { queryText } from '../forms/request.ts';

/** The sort in the address, such as `?sort=name` or `-name` for backwards; null for none and for an unknown one. */
export const sortIn = <Column extends string>(
  request: Request,
  columns: readonly Column[],
): Sort<Column> | null => sortFrom(queryText(request, 'sort'), columns);

/** What the header of a column shows and links to. */
interface SortHeader {
  /** For `aria-sort`; null when the list is sorted by another column. */
  order: 'ascending' | 'descending' | null;
  /** The sort that a click chooses: the other direction of this column, or its first one. */
  next: string;
}

/** The header of a column. `backwards` is the direction that it is sorted in first. */
export function sortHeader(sort: Sort | null, column: string, backwards = false): SortHeader {
  if (sort?.column !== column) return { order: null, next: sortText({ column, backwards }) };
  return {
    order: sort.backwards ? 'descending' : 'ascending',
    next: sortText({ column, backwards: !sort.backwards }),
  };
}
