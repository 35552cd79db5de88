import type { Services } from '../http/services.ts';
import { checklistPart } from './checklist-part.ts';
import { recoveryPages } from './recoveries.ts';
import { reminderPages } from './reminders.ts';
import { reportPages } from './reports.ts';

export const bulkHandlers = (services: Services) => ({
  revocations: checklistPart(services, 'revocation'),
  rejections: checklistPart(services, 'rejection'),
  recoveries: recoveryPages(services),
  reminders: reminderPages(services),
  reports: reportPages(services),
});
