/** Where the results of a bulk action are shown: on the person's checklist, else on their own page. */
export const resultAddress = (bulkId: number, userId: number | null): string =>
  userId === null ? `/bulk/${bulkId}` : `/offboarding/${userId}?result=${bulkId}#results`;
