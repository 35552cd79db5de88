import type { Services } from '../http/services.ts';
import { deliveryPages } from './deliveries.ts';
import { endpointPages } from './endpoints.ts';

export const webhookHandlers = (services: Services) => ({
  endpoints: endpointPages(services),
  deliveries: deliveryPages(services),
});
