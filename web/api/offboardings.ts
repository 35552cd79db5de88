import { z } from 'zod';
import { offboardingStates } from '../../database/entities/offboarding.ts';
import { listApiOffboardings, readApiOffboarding } from '../../database/offboarding/api-offboardings.ts';
import { assetStatuses } from '../../domain/assets.ts';
import { requestStatuses } from '../../domain/offboarding/checklist.ts';
import { userStatuses } from '../../domain/user-status.ts';
import { idIn } from '../http/forms/request.ts';
import type { Services } from '../http/services.ts';
import { readEndpoint } from './http/endpoints.ts';
import { responseField } from './http/fields.ts';
import { pageAnswer, pageQuery, pageRange, pageSchema } from './http/pagination.ts';

const listQuery = z.strictObject({
  state: z
    .enum(offboardingStates, {
      error: `Expected one of ${offboardingStates.join(', ')}. Send the parameter once.`,
    })
    .optional()
    .meta({ description: 'Only offboardings in this state.' }),
  ...pageQuery,
});

const offboarding = z.strictObject({
  id: responseField.id(),
  state: z.enum(offboardingStates),
  openedAt: responseField.dateTime(),
  closedAt: responseField.dateTime().nullable(),
  closedBy: responseField.text().nullable().meta({
    description: 'Who completed or cancelled it: `user:<id>`, `token:<name>` or `system`.',
  }),
  user: z.strictObject({
    id: responseField.id(),
    externalId: responseField.text().nullable(),
    name: responseField.text(),
    department: responseField.text().nullable(),
    endDate: responseField.date().nullable(),
    status: z.enum(userStatuses),
  }),
  open: z
    .strictObject({ hardware: z.int(), software: z.int(), requests: z.int() })
    .nullable()
    .meta({ description: 'How many items are open; null once the offboarding is closed.' }),
});

const checklist = z.strictObject({
  hardware: z.array(
    z.strictObject({
      assignmentId: responseField.id(),
      tag: responseField.text(),
      serial: responseField.text().nullable(),
      model: responseField.text(),
      status: z.enum(assetStatuses),
      assignedAt: responseField.dateTime(),
    }),
  ),
  software: z.array(
    z.strictObject({
      seatId: responseField.id(),
      licenseId: responseField.id(),
      license: responseField.text(),
      vendor: responseField.text().nullable(),
      assignedAt: responseField.dateTime(),
    }),
  ),
  requests: z.array(
    z.strictObject({
      requestId: responseField.id(),
      item: responseField.text(),
      status: z.enum(requestStatuses),
      createdAt: responseField.dateTime(),
    }),
  ),
});

const listed = offboarding.meta({ id: 'Offboarding' });
const shown = offboarding
  .extend({ checklist: checklist.nullable().meta({ description: 'The open items.' }) })
  .meta({ id: 'OffboardingWithChecklist' });

export const offboardingApi = ({ database: { em } }: Services) => ({
  list: readEndpoint({
    summary: 'List offboardings',
    query: listQuery,
    answers: {
      200: {
        description: 'Offboardings by ID, oldest first.',
        schema: pageSchema('OffboardingList', listed),
      },
    },
    answer: async ({ request, query: { state, ...page } }) => {
      const { after, limit } = pageRange(page);
      return pageAnswer(request, await listApiOffboardings(em, state ?? null, after, limit));
    },
  }),

  show: readEndpoint({
    summary: 'Show an offboarding with its checklist',
    answers: { 200: { description: 'The offboarding.', schema: shown } },
    answer: async ({ request }) => ({
      body: await readApiOffboarding(em, idIn(request, 'id', 'offboarding')),
    }),
  }),
});
