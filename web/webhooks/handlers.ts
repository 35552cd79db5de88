import { deliveryPages } from '../handlers/deliveries.ts';
import { webhookPages } from '../handlers/webhooks.ts';
import type { Services } from '../http/services.ts';

/** Webhook endpoints, and what was sent to them. */
export const webhookHandlers = (services: Services) => ({
  webhooks: webhookPages(services),
  deliveries: deliveryPages(services),
});
