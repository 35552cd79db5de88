import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { ApiProblem } from './problems.ts';

/** The strong ETag of a state: a hash of its JSON. */
export const etagOfText = (json: string): string =>
  `"${createHash('sha256').update(json).digest('base64url').slice(0, 27)}"`;

/** The strong ETag of a value, by its JSON. */
export const etagOf = (representation: unknown): string => etagOfText(JSON.stringify(representation));

/** Whether the caller already has this state, by If-None-Match. */
export const matchesIfNoneMatch = (request: Request, tag: string): boolean =>
  listed(request.get('If-None-Match')).some((known) => known === '*' || known.replace(/^W\//, '') === tag);

/**
 * The check of If-Match and If-None-Match; undefined without these headers. Call it under the lock, with the current
 * state (null when there is none). It throws a 412 with the current ETag.
 */
export function preconditionOf(request: Request): ((current: unknown) => void) | undefined {
  const [ifMatch, ifNoneMatch] = [request.get('If-Match'), request.get('If-None-Match')];
  if (ifMatch === undefined && ifNoneMatch === undefined) return undefined;
  return (current) => {
    const tag = current === null ? null : etagOf(current);
    if (ifMatch !== undefined && !names(ifMatch, tag)) throw otherState(tag);
    if (ifNoneMatch !== undefined && names(ifNoneMatch, tag)) throw otherState(tag);
  };
}

/** A weak ETag matches nothing, because preconditions need the strong comparison (RFC 9110, 13.1.1). */
const names = (header: string, tag: string | null): boolean =>
  tag !== null && listed(header).some((named) => named === '*' || named === tag);

const listed = (header: string | undefined): string[] =>
  header === undefined ? [] : header.split(',').map((tag) => tag.trim());

function otherState(tag: string | null): ApiProblem {
  const detail =
    tag === null
      ? "There's nothing here yet, so nothing was changed."
      : 'Someone else changed this, so nothing was saved. The ETag of this response is its current state.';
  return new ApiProblem(
    { status: 412, code: 'other-state', title: 'Changed since you read it', detail },
    tag === null ? {} : { ETag: tag },
  );
}
