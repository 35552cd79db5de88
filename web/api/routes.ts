import type { Scope } from '../../domain/access/scopes.ts';
import type { Services } from '../http/services.ts';
import { assetApi } from './assets.ts';
import { completionApi } from './completions.ts';
import type { Endpoint } from './http/endpoint-types.ts';
import { importEndpoints } from './import-endpoints.ts';
import { itemApi } from './items.ts';
import { offboardingApi } from './offboardings.ts';
import { userApi } from './users.ts';

/** A route of the API. */
export interface ApiRoute {
  method: 'get' | 'put' | 'patch' | 'post';
  /** Below /api/v1. */
  path: string;
  scope: Scope;
  endpoint: Endpoint;
}

/** Every route of the API: method, path, the token's scope, and the endpoint. */
export function apiRoutes(services: Services): ApiRoute[] {
  const users = userApi(services);
  const offboardings = offboardingApi(services);
  const completions = completionApi(services);
  const assets = assetApi(services);
  const items = itemApi(services);
  const imports = importEndpoints(services);

  return [
    route('get', '/users', 'users:read', users.list),
    route('get', '/users/:externalId', 'users:read', users.show),
    route('put', '/users/:externalId', 'users:write', users.put),
    route('patch', '/users/:externalId', 'users:write', users.patch),

    route('get', '/offboardings', 'offboardings:read', offboardings.list),
    route('get', '/offboardings/:id', 'offboardings:read', offboardings.show),
    route('post', '/users/:externalId/completion', 'offboardings:complete', completions.complete),

    route('post', '/assets/:tag/assignment', 'assets:write', assets.assign),
    route('post', '/assets/:tag/recovery', 'assets:write', assets.recover),
    route('post', '/assets/:tag/recovery/correction', 'assets:write', assets.undoRecovery),
    route('post', '/users/:externalId/seats', 'seats:write', items.giveSeat),
    route('post', '/users/:externalId/requests', 'requests:write', items.request),

    route('post', '/imports/users', 'imports:write', imports.start),
    route('get', '/imports/:importId', 'imports:write', imports.show),
    route('get', '/imports/:importId/errors', 'imports:write', imports.errors),
  ];
}

const route = (method: ApiRoute['method'], path: string, scope: Scope, endpoint: Endpoint): ApiRoute => ({
  method,
  path,
  scope,
  endpoint,
});
