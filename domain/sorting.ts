/** How a list is sorted: by one of its columns, forwards or backwards. */
export interface Sort<Column extends string = string> {
  column: Column;
  backwards: boolean;
}

/** A sort as the address has it: `name`, or `-name` backwards. */
export const sortText = ({ column, backwards }: Sort): string => (backwards ? `-${column}` : column);

/** The sort that a text names, or null. */
export function sortFrom<Column extends string>(
  text: string,
  columns: readonly Column[],
): Sort<Column> | null {
  const backwards = text.startsWith('-');
  const asked = backwards ? text.slice(1) : text;
  const column = columns.find((known) => known === asked);
  return column === undefined ? null : { column, backwards };
}
