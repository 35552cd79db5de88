import { z } from 'zod';
import {
  assignSeatByExternalId,
  createRequestByExternalId,
} from '../../database/inventory/items-by-external-id.ts';
import { requestStatuses } from '../../domain/offboarding/checklist.ts';
import type { Services } from '../http/services.ts';
import { writeEndpoint } from './http/endpoints.ts';
import { id, responseField } from './http/fields.ts';
import { manyLines, oneLine } from './texts.ts';
import { externalIdOf } from './users.ts';

const seatBody = z
  .strictObject({ licenseId: id('Expected the ID of a license.') }, { error: 'Expected a JSON object.' })
  .meta({ id: 'SeatInput' });

const seatSchema = z
  .strictObject({
    id: responseField.id(),
    licenseId: responseField.id(),
    license: responseField.text(),
    userExternalId: responseField.text(),
    assignedAt: responseField.dateTime(),
  })
  .meta({ id: 'Seat' });

const requestBody = z
  .strictObject(
    {
      item: oneLine(200),
      reason: manyLines(2000).or(z.literal('')).nullable().optional(),
    },
    { error: 'Expected a JSON object.' },
  )
  .meta({ id: 'RequestInput' });

const requestSchema = z
  .strictObject({
    id: responseField.id(),
    item: responseField.text(),
    reason: responseField.text().nullable(),
    status: z.enum(requestStatuses),
    userExternalId: responseField.text(),
    createdAt: responseField.dateTime(),
  })
  .meta({ id: 'Request' });

/** Giving a person a seat, and making a request for them. */
export const itemApi = ({ database: { em } }: Services) => ({
  giveSeat: writeEndpoint(em, {
    summary: 'Assign a license seat to a person',
    body: seatBody,
    answers: { 201: { description: 'The seat.', schema: seatSchema } },
    rules: [{ pointer: '/licenseId', description: 'The ID of an existing license.' }],
    problems: {
      409: "`already-has-seat`. `no-seat-left`. `suspended`, `already-offboarded`: this person can't get new items.",
    },
    answer: async ({ request, body: { licenseId }, actor }, transaction) => {
      const userExternalId = externalIdOf(request);
      const { seat, license } = await assignSeatByExternalId(transaction, actor, userExternalId, licenseId);
      const { id, assignedAt } = seat;
      return { status: 201, body: { id, licenseId, license, userExternalId, assignedAt } };
    },
  }),

  request: writeEndpoint(em, {
    summary: 'Create a request for a person',
    body: requestBody,
    answers: { 201: { description: 'The request.', schema: requestSchema } },
    problems: { 409: "`suspended`, `already-offboarded`: this person can't get new items." },
    answer: async ({ request, body, actor }, transaction) => {
      const userExternalId = externalIdOf(request);
      const { item, reason } = { ...body, reason: body.reason || null };
      const made = await createRequestByExternalId(transaction, actor, userExternalId, { item, reason });
      const { id, status, createdAt } = made;
      return { status: 201, body: { id, item, reason, status, userExternalId, createdAt } };
    },
  }),
});
