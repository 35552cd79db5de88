import { z } from 'zod';
import { tooLarge } from '../http/errors.ts';
import { anyCase, readMessage } from '../http/messages.ts';
import { badRequest } from '../http/scim-error.ts';
import { mostBulkOperations } from './limits.ts';

/** One operation of a bulk job. */
export interface BulkOperation {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/Users`, or `/Users/` and an id or `bulkId:…`. */
  path: string;
  bulkId: string | undefined;
  /** The ETag that the resource must have. */
  version: string | undefined;
  data: unknown;
}

const methods = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;

const operation = anyCase({
  method: z
    .string()
    .toUpperCase()
    .pipe(z.enum(methods, { error: 'Expected POST, PUT, PATCH or DELETE.' })),
  path: z.string({ error: 'Expected a path as text.' }).max(500),
  bulkid: z.string().min(1).max(200).nullish(),
  version: z.string().max(200).nullish(),
  data: z.unknown().optional(),
});

const job = anyCase({
  failonerrors: z.int({ error: 'Expected a whole number.' }).min(1).nullish(),
  operations: z.array(operation, { error: 'Expected a list of Operations.' }).min(1),
});

/** Reads the body of a bulk job. Throws a 400 `invalidSyntax`, and a 413 for too many operations. */
export function readBulk(body: unknown): { failOnErrors: number; operations: BulkOperation[] } {
  refuseTooMany(body);
  const { failonerrors, operations } = readMessage(job, body);
  const read = operations.map(({ method, path, bulkid, version, data }) => ({
    method,
    path,
    bulkId: bulkid ?? undefined,
    version: version ?? undefined,
    data,
  }));
  const named = read.flatMap(({ bulkId }) => bulkId ?? []);
  if (new Set(named).size < named.length)
    throw badRequest('invalidSyntax', 'Two operations have the same bulkId.');
  if (read.some(({ method, bulkId }) => method === 'POST' && bulkId === undefined)) {
    throw badRequest('invalidSyntax', 'Every POST needs a bulkId.');
  }
  return { failOnErrors: failonerrors ?? Number.POSITIVE_INFINITY, operations: read };
}

function refuseTooMany(body: unknown) {
  const { success, data } = anyCase({ operations: z.array(z.unknown()) }).safeParse(body);
  if (success && data.operations.length > mostBulkOperations) {
    throw tooLarge(`Send at most ${mostBulkOperations} operations in one job.`);
  }
}
