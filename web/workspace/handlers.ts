import type { Services } from '../http/services.ts';
import { auditPages } from './audit.ts';
import { duplicatePages } from './duplicates.ts';
import { workspacePages } from './workspace.ts';

export const workspaceHandlers = (services: Services) => ({
  workspace: workspacePages(services),
  audit: auditPages(services),
  duplicates: duplicatePages(services),
});
