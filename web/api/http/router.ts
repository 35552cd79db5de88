import { type Express, type RequestHandler, Router } from 'express';
import { NotFound } from '../../../domain/failures.ts';
import { queryProblem } from '../../http/forms/encoding.ts';
import { allowOf, MethodNotAllowed } from '../../http/method-not-allowed.ts';
import type { Services } from '../../http/services.ts';
import { apiDocument } from '../document/openapi.ts';
import { documentPages } from '../document/pages.ts';
import { apiRoutes } from '../routes.ts';
import { requireScope, requireToken } from './authentication.ts';
import type { Endpoint } from './endpoint-types.ts';
import { answerErrors } from './errors.ts';
import { ApiProblem, notUnderstood } from './problems.ts';
import { limitRate } from './rate-limits.ts';
import { jsonBody, optionalJsonBody } from './read-body.ts';

/** Mounts the API below /api/v1. It ignores cookies, so it comes before the session and CSRF middleware. */
export function mountApi(app: Express, services: Services): void {
  const api = Router({ strict: true });
  const routes = apiRoutes(services);
  const pages = documentPages(apiDocument(routes, services.environment));

  app.route('/api').get(toDocs).all(onlyGet);
  api.route('/openapi.json').get(pages.json).all(allowOnly('GET'));
  api.route('/docs').get(pages.page).all(allowOnly('GET'));

  api.use(requireToken(services));
  api.use(limitRate(services.environment.API_RATE_LIMIT));
  api.use(refuseDamagedQuery);
  // One address after the other, so that GET /imports/users is a 405 and not an import with the id "users".
  for (const [path, sameAddress] of Map.groupBy(routes, (route) => route.path)) {
    const address = api.route(path);
    for (const { method, scope, endpoint } of sameAddress) {
      address[method](
        requireScope(scope),
        rememberEndpoint(endpoint),
        ...bodyParsersOf(endpoint),
        endpoint.handler,
      );
    }
    address.all(allowOnly(allowOf(sameAddress)));
  }

  api.use(nothingHere);
  api.use(answerErrors(services));
  app.use('/api/v1', api);
}

/** `/api` is an address of the console, because the API begins below its version. */
const toDocs: RequestHandler = (_request, response) => response.redirect(302, '/api/v1/docs');

const onlyGet: RequestHandler = () => {
  throw new MethodNotAllowed('GET');
};

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

const allowOnly =
  (methods: string): RequestHandler =>
  () => {
    const detail = `This URL only accepts ${methods}.`;
    throw new ApiProblem(
      { status: 405, code: 'method-not-allowed', title: 'Method not allowed', detail },
      { Allow: methods },
    );
  };

/** Refuses a query string with a zero byte or damaged UTF-8. Throws a 400. */
const refuseDamagedQuery: RequestHandler = (request, _response, next) => {
  const problem = queryProblem(request.originalUrl);
  if (problem !== null) throw notUnderstood(problem);
  next();
};

const nothingHere: RequestHandler = () => {
  throw new NotFound('URL');
};
