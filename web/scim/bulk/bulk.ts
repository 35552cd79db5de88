import type { Services } from '../../http/services.ts';
import type { Handler, ScimAnswer, ScimCall } from '../http/call.ts';
import { asScimError } from '../http/errors.ts';
import { errorBody, ScimError } from '../http/scim-error.ts';
import { etagOf } from '../http/versions.ts';
import { type BulkOperation, readBulk } from './bulk-message.ts';
import { type MadeIds, orderOf, resolved } from './references.ts';

/** The handlers that a bulk job can call, by endpoint and method. */
export type BulkHandlers = Record<
  'users' | 'groups',
  Record<'create' | 'replace' | 'patch' | 'remove', Handler>
>;

/** Does the operations of a bulk job, each in its own transaction (RFC 7644, section 3.7). */
export const bulkHandler =
  ({ log }: Services, handlers: BulkHandlers): Handler =>
  async (call) => {
    const { failOnErrors, operations } = readBulk(call.body);
    const results = new Map<BulkOperation, object>();
    const made: MadeIds = new Map();
    let errors = 0;
    for (const operation of orderOf(operations)) {
      if (errors >= failOnErrors) break;
      const answer = await carryOut(handlers, operation, made, call).catch((error) =>
        asScimError(error, log),
      );
      if (answer instanceof ScimError) errors++;
      if (operation.bulkId !== undefined) made.set(operation.bulkId, idIn(answer));
      results.set(operation, resultOf(operation, answer));
    }
    const body = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'],
      Operations: operations.flatMap((operation) => results.get(operation) ?? []),
    };
    return { status: 200, body };
  };

const handlerNames = { POST: 'create', PUT: 'replace', PATCH: 'patch', DELETE: 'remove' } as const;

async function carryOut(
  handlers: BulkHandlers,
  operation: BulkOperation,
  made: MadeIds,
  call: ScimCall,
): Promise<ScimAnswer> {
  const { method, path, data, version } = resolved(operation, made);
  const [, endpoint, id = ''] = /^\/(Users|Groups)(?:\/([^/?]+))?$/i.exec(path) ?? [];
  if (endpoint === undefined || (method === 'POST') !== (id === '')) {
    throw new ScimError(404, `There's nothing to ${method} at ${path.slice(0, 100)}.`);
  }
  const noun = endpoint.toLowerCase() as 'users' | 'groups';
  const { actor, isGone } = call;
  return handlers[noun][handlerNames[method]]({
    actor,
    isGone,
    id,
    query: {},
    body: data,
    ifMatch: version,
    ifNoneMatch: undefined,
  });
}

const idIn = (answer: ScimAnswer | ScimError): string | null =>
  answer instanceof ScimError ? null : (answer.location?.slice(answer.location.lastIndexOf('/') + 1) ?? null);

function resultOf({ method, bulkId }: BulkOperation, answer: ScimAnswer | ScimError): object {
  const result = { method, ...(bulkId !== undefined && { bulkId }), status: String(answer.status) };
  if (answer instanceof ScimError) return { ...result, response: errorBody(answer) };
  return {
    ...result,
    ...(answer.location !== undefined && { location: answer.location }),
    ...(answer.version !== undefined && { version: etagOf(answer.version) }),
  };
}
