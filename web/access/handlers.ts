import { accessPages } from '../handlers/access.ts';
import { invitationPages } from '../handlers/invitations.ts';
import { sessionPages } from '../handlers/session.ts';
import { tokenPages } from '../handlers/tokens.ts';
import type { Services } from '../http/services.ts';

/** Who may sign in, people and scripts. */
export const accessHandlers = async (services: Services) => ({
  session: await sessionPages(services),
  access: accessPages(services),
  invitations: invitationPages(services),
  tokens: tokenPages(services),
});
