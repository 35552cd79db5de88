import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { type Environment, publicUrl } from '../../../config/environment.ts';
import type { Endpoint, ListedRule } from '../http/endpoint-types.ts';
import { showsState } from '../http/endpoints.ts';
import type { ApiRoute } from '../routes.ts';
import { markRule } from '../texts.ts';
import { describedEvents } from './event-schemas.ts';
import { headerParameters, pathParameters } from './parameter-schemas.ts';
import { problemSchema } from './problem-schema.ts';

export type ApiDocument = ReturnType<typeof createDocument>;

/** The OpenAPI 3.1 document, generated from the routes and the schemas that validate the calls. */
export const apiDocument = (routes: ApiRoute[], environment: Environment): ApiDocument =>
  createDocument({
    openapi: '3.1.0',
    info: { title: 'Lastday', version: '1', description: introduction },
    servers: [{ url: `${publicUrl(environment)}/api/v1` }],
    security: [{ token: [] }],
    paths: pathsOf(routes),
    webhooks: Object.fromEntries(
      describedEvents.map(({ type, summary, schema }) => [
        type,
        { post: eventOperation(type, summary, schema) },
      ]),
    ),
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An API token, created under API tokens.' },
      },
    },
  });

const introduction = `People, offboardings and items over HTTP, in JSON.

Send a token as \`Authorization: Bearer lastday_…\`; its scopes decide which calls it can make. Errors are
\`application/problem+json\`: \`code\` is stable, \`errors\` points at each bad field or parameter. Lists are paged
by \`nextCursor\`. Calls describe a desired state: sending one twice changes nothing the second time.`;

function pathsOf(routes: ApiRoute[]): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  return paths;
}

function operationOf({ method, path, scope, endpoint }: ApiRoute): ZodOpenApiOperationObject {
  const { summary, detail, query } = endpoint;
  const inPath = pathParameters(path);
  const header = headerParameters(endpoint);
  return {
    operationId: operationIdOf(method, path),
    summary,
    description: [detail, `Scope: \`${scope}\`.`].filter(Boolean).join('\n\n'),
    security: [{ token: [scope] }],
    requestParams: { ...(inPath && { path: inPath }), ...(query && { query }), ...(header && { header }) },
    ...(endpoint.body && { requestBody: requestBodyOf(endpoint.body) }),
    responses: { ...successesOf(endpoint), ...problemsOf(endpoint, path) },
  };
}

/** `GET /users/:externalId` is `get_users_by_externalId`. */
const operationIdOf = (method: string, path: string): string =>
  `${method}${path.replaceAll('/:', '_by_').replaceAll('/', '_')}`;

const requestBodyOf = (body: NonNullable<Endpoint['body']>) =>
  'media' in body
    ? { required: true, content: { [body.media]: { schema: { type: 'string' as const } } } }
    : { required: !body.optional, content: { 'application/json': { schema: body.schema } } };

function successesOf(endpoint: Endpoint) {
  const { answers, keyed, conditional } = endpoint;
  const hasTag = showsState(endpoint) || conditional;
  const headers = z.object({ ...(hasTag && etag), ...(keyed && replayed) });
  const successes = Object.entries(answers).map(([status, { description, ...kind }]) => [
    status,
    { description, headers, content: contentOf(kind) },
  ]);
  return Object.fromEntries([...successes, ...(showsState(endpoint) ? [['304', unchanged]] : [])]);
}

const contentOf = (kind: { schema: z.ZodType } | { media: string }) =>
  'media' in kind
    ? { [kind.media]: { schema: { type: 'string' as const } } }
    : { 'application/json': { schema: kind.schema } };

const etag = { ETag: z.string().meta({ description: 'The strong ETag of this state.' }) };
const replayed = {
  'Idempotent-Replayed': z
    .literal('true')
    .optional()
    .meta({ description: 'A stored response. Nothing was done again.' }),
};
const unchanged = { description: 'Unchanged since the state in If-None-Match.' };

const keyReused = ' `key-reused`: the Idempotency-Key was used for another call.';

/** The problems of every endpoint, those that depend on what it reads, and its own. */
function problemsOf(endpoint: Endpoint, path: string) {
  const { body, keyed, conditional, problems } = endpoint;
  const general: [status: number, when: unknown, description: string][] = [
    [400, true, "The URL, the body (JSON in UTF-8, each name once) or the Idempotency-Key can't be read."],
    [401, true, 'No token, or one that is unknown or no longer valid.'],
    [403, true, "The token doesn't have the required scope."],
    [404, path.includes(':'), 'Nothing exists at this URL.'],
    [409, keyed, '`still-running`: a call with the same Idempotency-Key is still running.'],
    [412, conditional, 'It changed since you read it. `ETag` is its current state.'],
    [413, body, 'The body is too large.'],
    [415, body, 'Unsupported body.'],
    [
      422,
      true,
      `A field or a parameter is invalid or unknown. \`errors\` lists each.${keyed ? keyReused : ''}`,
    ],
    [429, true, 'Too many calls. `Retry-After` says when to try again.'],
    [503, true, "The database or Temporal isn't answering."],
  ];
  const descriptions: Record<number, string> = {};
  for (const [status, when, description] of general) if (when) descriptions[status] = description;
  const responses = Object.fromEntries(
    Object.entries({ ...descriptions, ...problems }).map(([status, description]) => [
      status,
      { description, content: { 'application/problem+json': { schema: problemSchema } } },
    ]),
  );
  const rules = rulesOf(endpoint);
  if (rules.length > 0) Object.assign(responses['422']!, withRules(responses['422']!.description, rules));
  return responses;
}

/** The rules of a body beyond its schema. Only a JSON body has texts with a pattern. */
const rulesOf = ({ body, rules = [] }: Endpoint): ListedRule[] =>
  body !== undefined && 'schema' in body ? [...rules, markRule] : rules;

/** The rules in words, and as `x-rules` for programs. */
const withRules = (description: string, rules: ListedRule[]) => ({
  description: [description, 'Beyond the schema:', ...rules.map(sentenceOf)].join(' '),
  'x-rules': rules,
});

const sentenceOf = ({ pointer, code, description }: ListedRule): string => {
  const subject = pointer ?? code;
  return subject === undefined ? description : `\`${subject}\`: ${description}`;
};

const eventOperation = (type: string, summary: string, schema: z.ZodObject): ZodOpenApiOperationObject => ({
  operationId: `event_${type.replaceAll('.', '_')}`,
  summary,
  description: 'Signed with Standard Webhooks 1.0: `webhook-id`, `webhook-timestamp`, `webhook-signature`.',
  security: [],
  requestBody: { required: true, content: { 'application/json': { schema } } },
  responses: { '2XX': { description: 'Received. Any other response is retried.' } },
});
