import { NotFound } from '../../domain/failures.ts';
import type { Handler, ScimCall } from './http/call.ts';
import { listBody } from './http/lists.ts';
import { ScimError } from './http/scim-error.ts';
import type { BaseUrl } from './resource/meta.ts';
import { isObject } from './resource/value.ts';
import { resourceTypeDocuments, schemaDocuments, serviceProviderConfig } from './schemas/documents.ts';

/** What the server tells of itself (RFC 7644, section 4). */
export function discoveryHandlers(base: BaseUrl) {
  const documents = { types: resourceTypeDocuments(base), schemas: schemaDocuments(base) };
  return {
    config: async () => ({ status: 200, body: serviceProviderConfig(base) }),
    types: listOf(documents.types),
    type: oneOf(documents.types, 'resource type'),
    schemas: listOf(documents.schemas),
    schema: oneOf(documents.schemas, 'schema'),
  } satisfies Record<string, Handler>;
}

const listOf =
  (documents: readonly object[]): Handler =>
  async (call) => {
    refuseFilter(call);
    return { status: 200, body: listBody(documents, documents.length, 1) };
  };

const oneOf =
  (documents: readonly { id: string; meta: { location: string } }[], what: string): Handler =>
  async (call) => {
    refuseFilter(call);
    const found = documents.find(({ id }) => id.toLowerCase() === call.id.toLowerCase());
    if (found === undefined) throw new NotFound(what);
    return { status: 200, body: found, location: found.meta.location };
  };

/** The RFC wants a 403, so that no client believes that it read a part. */
function refuseFilter({ query }: ScimCall): void {
  if (isObject(query) && query.filter !== undefined) {
    throw new ScimError(403, "The service provider's configuration can't be filtered.");
  }
}
