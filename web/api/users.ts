import type { Request } from 'express';
import { z } from 'zod';
import { listApiUsers, readApiUser } from '../../database/people/api-users.ts';
import { type Applied, patchUser, putUser } from '../../database/people/upsert-user.ts';
import { NotFound } from '../../domain/failures.ts';
import { sourceTimestamp } from '../../domain/source-timestamps.ts';
import { identifierIn } from '../http/forms/request.ts';
import type { Services } from '../http/services.ts';
import type { ListedRule } from './http/endpoint-types.ts';
import { type Answer, readEndpoint, writeEndpoint } from './http/endpoints.ts';
import { pageAnswer, pageQuery, pageRange, pageSchema } from './http/pagination.ts';
import { etagOf, preconditionOf } from './http/preconditions.ts';
import { type InputProblem, invalid, pointerTo } from './http/problems.ts';
import { idParameter } from './http/read-query.ts';
import { oneIdentifier } from './texts.ts';
import {
  changedUserSchema,
  externalIdInAddress,
  patchedUser,
  putUserBody,
  userSchema,
} from './user-schema.ts';

const listQuery = z.strictObject({
  id: idParameter("Expected one person's ID").optional().meta({
    description:
      'Only the person with this ID, such as the one in a webhook. The list has one person or none.',
  }),
  externalId: oneIdentifier(100, 'Expected one external ID. Send the parameter once.')
    .optional()
    .meta({ description: 'Only the person with this external ID. The list has one person or none.' }),
  ...pageQuery,
});

export const userApi = ({ database: { em } }: Services) => ({
  list: readEndpoint({
    summary: 'List people, or find one by ID or external ID',
    query: listQuery,
    answers: { 200: { description: 'People by ID.', schema: pageSchema('UserList', userSchema) } },
    answer: async ({ request, query: { id, externalId, ...page } }) => {
      const { after, limit } = pageRange(page);
      return pageAnswer(request, await listApiUsers(em, { id, externalId, after, limit }));
    },
  }),

  show: readEndpoint({
    summary: 'Show a person',
    answers: { 200: { description: 'The person.', schema: userSchema } },
    answer: async ({ request }) => {
      const user = await readApiUser(em, externalIdOf(request));
      if (user === null) throw new NotFound('person');
      return { body: user };
    },
  }),

  put: writeEndpoint(em, {
    summary: 'Add or replace a person',
    detail:
      'Omitted fields become empty, except the end date and the status: only null cancels an offboarding. An offboarded person also keeps the manager unless you send it.',
    body: putUserBody,
    answers: {
      200: { description: 'The person existed and was updated.', schema: changedUserSchema },
      201: { description: 'The person was added.', schema: changedUserSchema },
    },
    rules: userRules,
    problems: { 409: refused },
    conditional: true,
    answer: async ({ request, body, actor, tokenId }, transaction) => {
      const externalId = writableExternalId(request);
      const { desired, preconditions } = desiredStateOf(request, externalId, body);
      const limits = { ...preconditions, tokenId };
      const applied = await putUser(transaction, actor, externalId, desired, limits);
      return changed(applied, body.sourceUpdatedAt);
    },
  }),

  patch: writeEndpoint(em, {
    summary: 'Change some fields of a person',
    body: patchedUser,
    answers: { 200: { description: 'The person after the change.', schema: changedUserSchema } },
    rules: userRules,
    problems: { 409: refused },
    conditional: true,
    answer: async ({ request, body, actor, tokenId }, transaction) => {
      const externalId = externalIdOf(request);
      const { desired, preconditions } = desiredStateOf(request, externalId, body);
      const limits = { ...preconditions, tokenId };
      const applied = await patchUser(transaction, actor, externalId, desired, limits);
      return changed(applied, body.sourceUpdatedAt);
    },
  }),
});

const userRules: ListedRule[] = [
  { pointer: '/externalId', description: 'The external ID in the URL. It can be left out.' },
  {
    pointer: '/email',
    description: "Not someone else's email. Not empty for a person who can sign in.",
  },
  { pointer: '/startDate', description: 'Not after the end date, given or stored.' },
  { pointer: '/endDate', description: 'Not before the start date, given or stored.' },
  { pointer: '/timeZone', description: 'A name from the IANA time zone database.' },
];

const refused =
  "`already-offboarded`: the offboarding is completed, so the end date, status and manager can't be changed. Rehiring isn't supported yet. `last-super-admin`: no one would be left to administer the workspace. `confirmation-needed`: the token would remove the end date, manager or email from too many people within an hour. A super admin can let it continue. `still-running`: a call with the same Idempotency-Key is running.";

/** The external id in the address, cleaned. Throws NotFound for one that nobody can have. */
export const externalIdOf = (request: Request): string => identifierIn(request, 'externalId', 'person');

function writableExternalId(request: Request): string {
  const result = externalIdInAddress.safeParse(String(request.params.externalId));
  if (result.success) return result.data;
  throw invalid([{ parameter: 'externalId', detail: result.error.issues[0]!.message }]);
}

/** The desired state and its preconditions. The body may repeat the external id of the address, but not name another. */
function desiredStateOf<Body extends z.infer<typeof patchedUser>>(
  request: Request,
  externalId: string,
  { externalId: repeated, sourceUpdatedAt, ...desired }: Body,
) {
  if (repeated !== undefined && repeated !== externalId) {
    throw invalid([{ pointer: '/externalId', detail: "This isn't the external ID in the URL." }]);
  }
  const writtenAt = sourceUpdatedAt === undefined ? undefined : sourceTimestamp(sourceUpdatedAt)!;
  return { desired, preconditions: { sourceUpdatedAt: writtenAt, expect: preconditionOf(request) } };
}

function changed({ created, user, warnings, ignored }: Applied, sourceUpdatedAt: string | undefined): Answer {
  const allWarnings: InputProblem[] = [
    ...warnings.map(({ field, message }) => ({
      pointer: field === null ? '' : pointerTo(field),
      detail: message,
    })),
    ...inTheFuture(sourceUpdatedAt),
  ];
  return {
    status: created ? 201 : 200,
    headers: { ETag: etagOf(user), ...(created && { Location: addressOf(user.externalId!) }) },
    body: {
      ...user,
      ...(allWarnings.length > 0 && { warnings: allWarnings }),
      ...(ignored.length > 0 && { ignored }),
    },
  };
}

const addressOf = (externalId: string) => `/api/v1/users/${encodeURIComponent(externalId)}`;

/** How far the source's clock may be ahead of ours without a warning, in milliseconds. */
const toleranceMs = 5 * 60_000;

/** A warning about a time in the future, because older updates of the same fields are ignored until that time. */
function inTheFuture(time: string | undefined): InputProblem[] {
  if (time === undefined || Date.parse(time) <= Date.now() + toleranceMs) return [];
  const detail = 'This time is in the future. Updates dated before it will be ignored.';
  return [{ pointer: '/sourceUpdatedAt', detail }];
}
