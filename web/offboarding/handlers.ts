import { completionPages } from '../handlers/completion.ts';
import { offboardingPages } from '../handlers/offboarding.ts';
import { queuePages } from '../handlers/queue.ts';
import type { Services } from '../http/services.ts';

/** Who leaves, their checklists, and completing. */
export const offboardingHandlers = (services: Services) => ({
  queue: queuePages(services),
  offboarding: offboardingPages(services),
  completion: completionPages(services),
});
