import type { ScimCall } from './call.ts';
import { ScimError } from './scim-error.ts';

/** The weak ETag of a version. */
export const etagOf = (version: number): string => `W/"${version}"`;

/** The check of If-Match; undefined without it. Throws a 412 with the current ETag. */
export function expectationOf({ ifMatch }: ScimCall): ((version: number) => void) | undefined {
  if (ifMatch === undefined) return undefined;
  return (version) => {
    if (names(ifMatch, version)) return;
    throw new ScimError(412, 'This was changed since you read it, so nothing was saved.', {
      headers: { ETag: etagOf(version) },
    });
  };
}

/** Whether the caller already has this version, by If-None-Match. */
export const isKnown = ({ ifNoneMatch }: ScimCall, version: number): boolean =>
  ifNoneMatch !== undefined && names(ifNoneMatch, version);

/** Some clients leave out the `W/` or the quotes. */
const names = (header: string, version: number): boolean =>
  header
    .split(',')
    .map((tag) => tag.trim())
    .some((tag) => tag === '*' || tag.replace(/^W\//i, '').replaceAll('"', '') === String(version));
