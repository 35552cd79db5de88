import { type Express, type RequestHandler, Router } from 'express';
import { NotFound } from '../../domain/failures.ts';
import type { Services } from '../services.ts';
import { requireScope, requireToken } from './authentication.ts';
import { jsonBody } from './bodies.ts';
import { completionApi } from './completions.ts';
import { answerErrors } from './errors.ts';
import { importApi } from './imports.ts';
import { ApiProblem } from './problems.ts';
import { userApi } from './users.ts';

/** The HTTP API below /api/v1. It takes no cookies, so it stands before everything that has to do with them. */
export function mountApi(app: Express, services: Services): void {
  const api = Router({ strict: true });
  const users = userApi(services);
  const completions = completionApi(services);
  const imports = importApi(services);

  api.use(neverStored);
  api.use(requireToken(services));

  api.route('/users').get(requireScope('users:read'), users.find).all(allowOnly('GET'));
  api
    .route('/users/:externalId')
    .get(requireScope('users:read'), users.show)
    .put(requireScope('users:write'), jsonBody, users.put)
    .patch(requireScope('users:write'), jsonBody, users.patch)
    .all(allowOnly('GET, PUT, PATCH'));
  api
    .route('/users/:externalId/completion')
    .post(requireScope('offboardings:complete'), completions.optionalBody, completions.complete)
    .all(allowOnly('POST'));

  api.route('/imports/users').post(requireScope('imports:write'), imports.importUsers).all(allowOnly('POST'));
  api.route('/imports/:importId').get(requireScope('imports:write'), imports.show).all(allowOnly('GET'));

  api.use(nothingHere);
  api.use(answerErrors(services));
  app.use('/api/v1', api);
}

const neverStored: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store');
  next();
};

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
