import { publicUrl } from '../../config/environment.ts';
import type { Services } from '../http/services.ts';
import { bulkHandler } from './bulk/bulk.ts';
import { discoveryHandlers } from './discovery.ts';
import { groupHandlers } from './groups/groups.ts';
import type { Handler } from './http/call.ts';
import { ScimError } from './http/scim-error.ts';
import { userHandlers } from './users/users.ts';

/** A route of SCIM. */
export interface ScimRoute {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Below /scim/v2. */
  path: string;
  handler: Handler;
}

/** Every route of SCIM: method, path and handler. All of them need a token with the scope scim. */
export function scimRoutes(services: Services): ScimRoute[] {
  const base = `${publicUrl(services.environment)}/scim/v2`;
  const discovery = discoveryHandlers(base);
  const users = userHandlers(services, base);
  const groups = groupHandlers(services, base);

  return [
    route('get', '/ServiceProviderConfig', discovery.config),
    route('get', '/ResourceTypes', discovery.types),
    route('get', '/ResourceTypes/:id', discovery.type),
    route('get', '/Schemas', discovery.schemas),
    route('get', '/Schemas/:id', discovery.schema),

    route('get', '/Users', users.list),
    route('post', '/Users', users.create),
    route('post', '/Users/.search', users.search),
    route('get', '/Users/:id', users.show),
    route('put', '/Users/:id', users.replace),
    route('patch', '/Users/:id', users.patch),
    route('delete', '/Users/:id', users.remove),

    route('get', '/Groups', groups.list),
    route('post', '/Groups', groups.create),
    route('post', '/Groups/.search', groups.search),
    route('get', '/Groups/:id', groups.show),
    route('put', '/Groups/:id', groups.replace),
    route('patch', '/Groups/:id', groups.patch),
    route('delete', '/Groups/:id', groups.remove),

    route('post', '/Bulk', bulkHandler(services, { users, groups })),

    route('post', '/.search', notSupported('Search /Users or /Groups.')),
    ...(['get', 'post', 'put', 'patch', 'delete'] as const).map((method) =>
      route(method, '/Me', notSupported("A token isn't a person.")),
    ),
  ];
}

const route = (method: ScimRoute['method'], path: string, handler: Handler): ScimRoute => ({
  method,
  path,
  handler,
});

const notSupported =
  (detail: string): Handler =>
  async () => {
    throw new ScimError(501, detail);
  };
