import { type Express, type RequestHandler, Router } from 'express';
import { NotFound } from '../../domain/failures.ts';
import { requireScope, requireToken } from '../api/http/authentication.ts';
import { limitRate } from '../api/http/rate-limits.ts';
import { queryProblem } from '../http/forms/encoding.ts';
import { allowOf } from '../http/method-not-allowed.ts';
import type { Services } from '../http/services.ts';
import { answering } from './http/answers.ts';
import { answerScimErrors } from './http/errors.ts';
import { scimBody } from './http/read-body.ts';
import { badRequest, ScimError } from './http/scim-error.ts';
import { scimRoutes } from './routes.ts';

/** Mounts SCIM below /scim/v2. Like the API it ignores cookies, so it comes before the session and CSRF middleware. */
export function mountScim(app: Express, services: Services): void {
  const scim = Router();
  scim.use(requireToken(services));
  scim.use(limitRate(services.environment.API_RATE_LIMIT));
  scim.use(requireScope('scim'));
  scim.use(refuseDamagedQuery);
  for (const [path, sameAddress] of Map.groupBy(scimRoutes(services), (route) => route.path)) {
    const address = scim.route(path);
    for (const { method, handler } of sameAddress) {
      address[method](...(hasBody(method) ? scimBody : []), answering(handler));
    }
    address.all(allowOnly(allowOf(sameAddress)));
  }
  scim.use(nothingHere);
  scim.use(answerScimErrors(services));
  app.use('/scim/v2', scim);
}

const hasBody = (method: string) => ['post', 'put', 'patch'].includes(method);

const allowOnly =
  (methods: string): RequestHandler =>
  () => {
    throw new ScimError(405, `This URL only accepts ${methods}.`, { headers: { Allow: methods } });
  };

/** Refuses a query string with a zero byte or damaged UTF-8. Throws a 400. */
const refuseDamagedQuery: RequestHandler = (request, _response, next) => {
  const problem = queryProblem(request.originalUrl);
  if (problem !== null) throw badRequest('invalidValue', problem);
  next();
};

const nothingHere: RequestHandler = () => {
  throw new NotFound('address');
};
