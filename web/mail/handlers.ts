import type { Services } from '../http/services.ts';
import { mailPages } from './mails.ts';
import { notificationPages } from './notifications.ts';

export const mailHandlers = (services: Services) => ({
  notifications: notificationPages(services),
  mails: mailPages(services),
});
