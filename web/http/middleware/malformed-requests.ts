import { isUtf8 } from 'node:buffer';
import express, { type RequestHandler } from 'express';
import { encodingProblem, queryProblem } from '../forms/encoding.ts';
import { MalformedRequest } from '../malformed-request.ts';

/**
 * Refuses requests for no address (`GET *`) and with two Host headers. Answers `OPTIONS *`, which asks about the server
 * and about no address. Throws a 400.
 */
export const refuseMalformed: RequestHandler = (request, response, next) => {
  const hosts = request.headersDistinct.host ?? [];
  if (hosts.length > 1) throw new MalformedRequest('Expected one Host header.');
  if (request.url === '*' && request.method === 'OPTIONS') return void response.status(204).end();
  if (!request.path.startsWith('/'))
    throw new MalformedRequest('Expected a URL path that starts with a slash.');
  next();
};

/** Refuses a query string with a zero byte or damaged UTF-8. Throws a 400. */
export const refuseDamagedQuery: RequestHandler = (request, _response, next) => {
  const problem = queryProblem(request.originalUrl);
  if (problem !== null) throw new MalformedRequest(problem);
  next();
};

/** Reads a form. Throws a 400 for damaged UTF-8; a zero byte is an error beside its field. */
export const readForms: RequestHandler = express.urlencoded({
  extended: false,
  limit: '100kb',
  parameterLimit: 200,
  verify: (_request, _response, bytes, charset) => {
    if (charset !== 'utf-8') return;
    const problem = isUtf8(bytes) ? encodingProblem(bytes.toString('latin1')) : 'Expected text in UTF-8.';
    if (problem !== null) throw new MalformedRequest(problem);
  },
});
