import { auditPages } from '../handlers/audit.ts';
import { workspacePages } from '../handlers/workspace.ts';
import type { Services } from '../http/services.ts';

/** The settings of the workspace, and its audit trail. */
export const workspaceHandlers = (services: Services) => ({
  workspace: workspacePages(services),
  audit: auditPages(services),
});
