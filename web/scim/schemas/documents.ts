import { mostBulkOperations, mostBytes } from '../bulk/limits.ts';
import { mostResources } from '../http/lists.ts';
import type { BaseUrl } from '../resource/meta.ts';
import type { Attribute, ResourceType, Schema } from './attribute.ts';
import { groupType } from './group.ts';
import { userType } from './user.ts';

const resourceTypes = [userType, groupType];
const schemas = resourceTypes.flatMap(({ core, extensions }) => [core, ...extensions]);

/** What this server can do (RFC 7643, section 5). */
export const serviceProviderConfig = (base: BaseUrl) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
  patch: { supported: true },
  bulk: { supported: true, maxOperations: mostBulkOperations, maxPayloadSize: mostBytes },
  filter: { supported: true, maxResults: mostResources },
  changePassword: { supported: false },
  sort: { supported: false },
  etag: { supported: true },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'API token',
      description: 'A Lastday token with the scope scim, in the header Authorization: Bearer',
      specUri: 'https://www.rfc-editor.org/rfc/rfc6750',
      primary: true,
    },
  ],
  meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
});

/** Every kind of resource (RFC 7643, section 6). */
export const resourceTypeDocuments = (base: BaseUrl) =>
  resourceTypes.map(({ name, endpoint, description, core, extensions }: ResourceType) => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id: name,
    name,
    description,
    endpoint,
    schema: core.id,
    schemaExtensions: extensions.map(({ id }) => ({ schema: id, required: false })),
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${name}` },
  }));

/** Every schema with the attributes that are kept (RFC 7643, section 7). */
export const schemaDocuments = (base: BaseUrl) =>
  schemas.map(({ id, name, description, attributes }: Schema) => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    id,
    name,
    description,
    attributes: attributes.map(attributeDocument),
    meta: { resourceType: 'Schema', location: `${base}/Schemas/${id}` },
  }));

const attributeDocument = (attribute: Attribute): object => ({
  name: attribute.name,
  type: attribute.type,
  multiValued: attribute.multiValued ?? false,
  description: attribute.description,
  required: attribute.required ?? false,
  mutability: attribute.mutability ?? 'readWrite',
  returned: 'default',
  ...(attribute.type !== 'complex' &&
    attribute.type !== 'boolean' && { caseExact: attribute.caseExact ?? false }),
  uniqueness: attribute.uniqueness ?? 'none',
  ...(attribute.canonicalValues && { canonicalValues: attribute.canonicalValues }),
  ...(attribute.referenceTypes && { referenceTypes: attribute.referenceTypes }),
  ...(attribute.subAttributes && { subAttributes: attribute.subAttributes.map(attributeDocument) }),
});
