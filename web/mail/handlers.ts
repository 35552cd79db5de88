import { mailPages } from '../handlers/mails.ts';
import { notificationPages } from '../handlers/notifications.ts';
import type { Services } from '../http/services.ts';

/** What people are told: in the console and by mail. */
export const mailHandlers = (services: Services) => ({
  notifications: notificationPages(services),
  mails: mailPages(services),
});
