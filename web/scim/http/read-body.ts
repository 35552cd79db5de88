import type { RequestHandler } from 'express';
import { unsupportedBody } from '../../api/http/errors.ts';
import { ApiProblem } from '../../api/http/problems.ts';
import { jsonParser } from '../../api/http/read-body.ts';
import { badRequest } from './scim-error.ts';

/** A SCIM body has at most eleven levels, in a bulk job. */
const mostLevels = 20;

const parse = jsonParser('1mb');

/** Parses a JSON body of at most 1 MB. Throws a 415 for another content type. */
export const scimBody: RequestHandler[] = [
  (request, response, next) => {
    if (!request.is(['application/scim+json', 'application/json'])) throw new ApiProblem(unsupportedBody);
    return parse(request, response, next);
  },
  (request, _response, next) => {
    if (isDeeper(request.body, mostLevels)) {
      throw badRequest('invalidSyntax', `The body has more than ${mostLevels} levels.`);
    }
    next();
  },
];

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inside) => isDeeper(inside, levels - 1)));
