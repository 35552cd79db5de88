import { z } from 'zod';
import { type WebhookEventType, webhookEvents } from '../../../domain/webhooks/webhooks.ts';
import { responseField } from '../http/fields.ts';

const user = z
  .strictObject({
    id: responseField.id(),
    externalId: responseField.text().nullable(),
    name: responseField.text(),
    email: responseField.text().nullable(),
    department: responseField.text().nullable(),
    jobTitle: responseField.text().nullable(),
    endDate: responseField.date().nullable(),
  })
  .meta({ id: 'EventUser' });

const actor = z
  .strictObject({
    type: z.enum(['user', 'token', 'system']),
    id: z.int().nullable(),
    externalId: responseField.text().nullable(),
    name: responseField.text().nullable(),
    email: responseField.text().nullable(),
  })
  .meta({
    id: 'EventActor',
    description: 'Who did it. Only users have `id` and `email`, and `externalId` if HR knows them.',
  });

const offboarding = (times: z.ZodRawShape = {}) =>
  z.strictObject({ id: responseField.id(), openedAt: responseField.dateTime(), ...times });

/** The schema of each event's `data`. */
const dataOf: Record<WebhookEventType, z.ZodObject> = {
  'offboarding.started': z.strictObject({ user, offboarding: offboarding(), startedBy: actor }),
  'offboarding.end_date_changed': z.strictObject({
    user,
    offboarding: offboarding(),
    changedBy: actor,
    previousEndDate: responseField.date().nullable(),
  }),
  'offboarding.cleared': z.strictObject({
    user,
    offboarding: offboarding({ clearedAt: responseField.dateTime() }),
    clearedBy: actor,
  }),
  'offboarding.cancelled': z.strictObject({
    user,
    offboarding: offboarding({ cancelledAt: responseField.dateTime() }),
    cancelledBy: actor,
  }),
  'user.offboarded': z.strictObject({
    user,
    offboarding: offboarding({ completedAt: responseField.dateTime() }),
    completedBy: actor,
  }),
  'webhook.test': z.strictObject({
    endpoint: z.strictObject({ id: responseField.id(), description: responseField.text().nullable() }),
    sentBy: actor,
  }),
};

/** A webhook event with its summary and the schema of its body. */
export interface DescribedEvent {
  type: WebhookEventType;
  summary: string;
  schema: z.ZodObject;
}

const words: Record<WebhookEventType, string> = {
  ...webhookEvents,
  'webhook.test': 'A test, which every endpoint can receive without subscribing',
};

/** Every webhook event. */
export const describedEvents: DescribedEvent[] = (Object.keys(dataOf) as WebhookEventType[]).map((type) => ({
  type,
  summary: words[type],
  schema: z.strictObject({
    type: z.literal(type),
    timestamp: responseField
      .dateTime()
      .meta({ description: 'When the event occurred, not when it was sent.' }),
    data: dataOf[type],
  }),
}));
