import type { Services } from '../http/services.ts';
import { completionPages } from './completion.ts';
import { donePages } from './done.ts';
import { handlingPages } from './handling/handling.ts';
import { offboardingPages } from './offboarding.ts';
import { queuePages } from './queue.ts';

export const offboardingHandlers = (services: Services) => ({
  queue: queuePages(services),
  done: donePages(services),
  offboarding: offboardingPages(services),
  completion: completionPages(services),
  handling: handlingPages(services),
});
