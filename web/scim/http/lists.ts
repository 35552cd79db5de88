/** The most resources on one page, and as many as a page has without `count`. */
export const mostResources = 200;
const usualCount = 100;

/** How many resources a page has at most. The RFC takes a negative count as 0. */
export const limitOf = (count: number | undefined): number =>
  Math.min(mostResources, Math.max(0, count ?? usualCount));

/** The body of a list (RFC 7644, section 3.4.2). */
export const listBody = (resources: readonly object[], totalResults: number, startIndex: number) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
  totalResults,
  startIndex,
  itemsPerPage: resources.length,
  Resources: resources,
});
