import type { Services } from '../http/services.ts';
import { deliveryPages } from './deliveries.ts';
import { webhookPages } from './endpoints.ts';

export const webhookHandlers = (services: Services) => ({
  webhooks: webhookPages(services),
  deliveries: deliveryPages(services),
});
