import { etagOf } from '../http/versions.ts';
import type { ResourceType } from '../schemas/attribute.ts';

/** Where resources are: `https://lastday.example/scim/v2`. */
export type BaseUrl = string;

/** The address of a resource. */
export const locationOf = (base: BaseUrl, { endpoint }: ResourceType, id: string): string =>
  `${base}${endpoint}/${id}`;

/** What the server says of a resource (RFC 7643, section 3.1). */
export const metaOf = (
  base: BaseUrl,
  type: ResourceType,
  { id, version, createdAt, changedAt }: { id: string; version: number; createdAt: Date; changedAt: Date },
) => ({
  resourceType: type.name,
  created: createdAt.toISOString(),
  lastModified: changedAt.toISOString(),
  location: locationOf(base, type, id),
  version: etagOf(version),
});
