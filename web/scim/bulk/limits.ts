/** The most operations of one bulk job. */
export const mostBulkOperations = 100;

/** The most bytes of a body. */
export const mostBytes = 1_048_576;
