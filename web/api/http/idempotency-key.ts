import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { KeyedCall } from '../../../database/workspace/idempotency.ts';
import { tokenOf } from './authentication.ts';
import { ApiProblem } from './problems.ts';

/** In characters, without the quotes and the escapes. */
const longestKey = 255;

/** A structured-field string: in quotes, with `\"` and `\\`. Or, as many clients send it, bare. */
const keyPattern = new RegExp(
  `^(?:"(?:[ !#-\\x5b\\x5d-~]|\\\\["\\\\]){1,${longestKey}}"|[!#-+\\x2d-~]{1,${longestKey}})$`,
);

/** The schema of the header, as it is described. Every character in quotes may be escaped. */
export const keySchema = z
  .string()
  .regex(keyPattern)
  .max(2 * longestKey + 2);

/** The call with its Idempotency-Key; null without one. `body` has been validated. Throws a 400 for a malformed key. */
export function keyedCallOf(request: Request, response: Response, body: unknown): KeyedCall | null {
  const header = request.get('Idempotency-Key');
  if (header === undefined) return null;
  const key = keyIn(header.trim());
  if (key === null) throw badKey();
  return { tokenId: tokenOf(response).id, key, fingerprint: fingerprintOf(request, body) };
}

function keyIn(header: string): string | null {
  if (!keyPattern.test(header)) return null;
  return header.startsWith('"') ? header.slice(1, -1).replaceAll(/\\(["\\])/g, '$1') : header;
}

/** A hash of the method, the address and the validated body; white space and the order of fields do not matter. */
const fingerprintOf = (request: Request, body: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify([request.method, request.originalUrl, body ?? null]))
    .digest('base64url');

const badKey = () =>
  new ApiProblem({
    status: 400,
    code: 'bad-idempotency-key',
    title: "This Idempotency-Key can't be read",
    detail: `Send one key of at most ${longestKey} printable ASCII characters, in quotes or without spaces and commas.`,
  });
