import { type Express, type RequestHandler, Router } from 'express';
import { NotFound } from '../../../domain/failures.ts';
import type { Services } from '../../http/services.ts';
import { apiDocument } from '../document/openapi.ts';
import { documentPages } from '../document/pages.ts';
import { type ApiRoute, apiRoutes } from '../routes.ts';
import { requireScope, requireToken } from './authentication.ts';
import type { Endpoint } from './endpoint-types.ts';
import { answerErrors } from './errors.ts';
import { ApiProblem } from './problems.ts';
import { limitRate } from './rate-limits.ts';
import { jsonBody, optionalJsonBody } from './read-body.ts';

/** Mounts the API below /api/v1. It ignores cookies, so it comes before the session and CSRF middleware. */
export function mountApi(app: Express, services: Services): void {
  const api = Router({ strict: true });
  const routes = apiRoutes(services);
  const pages = documentPages(apiDocument(routes, services.environment));

  api.get('/openapi.json', pages.json);
  api.get('/docs', pages.page);

  api.use(requireToken(services));
  api.use(limitRate(services.environment.API_RATE_LIMIT));
  for (const { method, path, scope, endpoint } of routes) {
    api[method](
      path,
      requireScope(scope),
      rememberEndpoint(endpoint),
      ...bodyParsersOf(endpoint),
      endpoint.handler,
    );
  }
  for (const path of new Set(routes.map((route) => route.path)))
    api.all(path, allowOnly(methodsAt(routes, path)));

  api.use(nothingHere);
  api.use(answerErrors(services));
  app.use('/api/v1', api);
}

/** Stores the endpoint for the error handler, whose advice depends on it. */
const rememberEndpoint =
  (endpoint: Endpoint): RequestHandler =>
  (_request, response, next) => {
    response.locals.endpoint = endpoint;
    next();
  };

/** The parsers of the body; an endpoint reads other media types than JSON itself. */
function bodyParsersOf({ body }: Endpoint): RequestHandler[] {
  if (body === undefined || 'media' in body) return [];
  return [body.optional ? optionalJsonBody : jsonBody];
}

const methodsAt = (routes: ApiRoute[], path: string): string =>
  routes
    .filter((route) => route.path === path)
    .map(({ method }) => method.toUpperCase())
    .join(', ');

const allowOnly =
  (methods: string): RequestHandler =>
  () => {
    const detail = `Here you can only ${methods}.`;
    throw new ApiProblem(
      { status: 405, code: 'method-not-allowed', title: 'Method not allowed', detail },
      { Allow: methods },
    );
  };

const nothingHere: RequestHandler = () => {
  throw new NotFound('address');
};
