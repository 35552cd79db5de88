import { z } from 'zod';
import { offboardingStates } from '../../database/entities/offboarding.ts';
import { listApiOffboardings, readApiOffboarding } from '../../database/offboarding/api-offboardings.ts';
import { assetStatuses } from '../../domain/assets.ts';
import { requestStatuses } from '../../domain/offboarding/checklist.ts';
import { userStatuses } from '../../domain/user-status.ts';
import { idIn } from '../http/forms/request.ts';
import type { Services } from '../http/services.ts';
import { reading } from './http/endpoints.ts';
import { answered } from './http/fields.ts';
import { partAnswer, partOf, partQuery, partSchema } from './http/pagination.ts';

const listQuery = z.strictObject({
  state: z
    .enum(offboardingStates, { error: `Expected one of ${offboardingStates.join(', ')}, once.` })
    .optional()
    .meta({ description: 'Only those in this state.' }),
  ...partQuery,
});

const offboarding = z.strictObject({
  id: answered.id(),
  state: z.enum(offboardingStates),
  openedAt: answered.moment(),
  closedAt: answered.moment().nullable(),
  closedBy: answered.text().nullable().meta({
    description:
      'Who completed or cancelled it, as the audit trail says it: `user:<id>`, `token:<name>` or `system`.',
  }),
  user: z.strictObject({
    id: answered.id(),
    externalId: answered.text().nullable(),
    name: answered.text(),
    department: answered.text().nullable(),
    endDate: answered.date().nullable(),
    status: z.enum(userStatuses),
  }),
  open: z
    .strictObject({ hardware: z.int(), software: z.int(), requests: z.int() })
    .nullable()
    .meta({ description: 'How much the person still has; null once the offboarding is closed.' }),
});

const checklist = z.strictObject({
  hardware: z.array(
    z.strictObject({
      assignmentId: answered.id(),
      tag: answered.text(),
      serial: answered.text().nullable(),
      model: answered.text(),
      status: z.enum(assetStatuses),
      assignedAt: answered.moment(),
    }),
  ),
  software: z.array(
    z.strictObject({
      seatId: answered.id(),
      licenseId: answered.id(),
      license: answered.text(),
      vendor: answered.text().nullable(),
      assignedAt: answered.moment(),
    }),
  ),
  requests: z.array(
    z.strictObject({
      requestId: answered.id(),
      item: answered.text(),
      status: z.enum(requestStatuses),
      createdAt: answered.moment(),
    }),
  ),
});

const listed = offboarding.meta({ id: 'Offboarding' });
const shown = offboarding
  .extend({ checklist: checklist.nullable().meta({ description: 'What is open, item by item.' }) })
  .meta({ id: 'OffboardingWithChecklist' });

export const offboardingApi = ({ database: { em } }: Services) => ({
  list: reading({
    summary: 'List offboardings',
    query: listQuery,
    answers: {
      200: {
        description: 'Offboardings by id, the oldest first.',
        schema: partSchema('OffboardingList', listed),
      },
    },
    answer: async ({ request, query: { state, ...part } }) => {
      const { after, limit } = partOf(part);
      return partAnswer(request, await listApiOffboardings(em, state ?? null, after, limit));
    },
  }),

  show: reading({
    summary: 'Show an offboarding with its checklist',
    answers: { 200: { description: 'The offboarding.', schema: shown } },
    answer: async ({ request }) => ({
      body: await readApiOffboarding(em, idIn(request, 'id', 'offboarding')),
    }),
  }),
});
