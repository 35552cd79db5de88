import type { Services } from '../http/services.ts';
import { heldPages } from './held.ts';
import { questionPages } from './questions.ts';
import { directoryPage } from './settings.ts';

export const directoryHandlers = (services: Services) => ({
  directory: directoryPage(services),
  held: heldPages(services),
  questions: questionPages(services),
});
