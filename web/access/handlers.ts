import type { Services } from '../http/services.ts';
import { accessPages } from './access.ts';
import { invitationPages } from './invitations.ts';
import { providerPages } from './provider/sign-in.ts';
import { beginTest } from './provider/test-sign-in.ts';
import { sessionPages } from './session.ts';
import { signInSettingsPages } from './sign-in-settings.ts';
import { tokenPages } from './tokens.ts';

export const accessHandlers = async (services: Services) => ({
  session: await sessionPages(services),
  provider: { ...providerPages(services), beginTest: beginTest(services) },
  signInSettings: signInSettingsPages(services),
  access: accessPages(services),
  invitations: invitationPages(services),
  tokens: tokenPages(services),
});
