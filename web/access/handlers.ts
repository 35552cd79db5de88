import type { Services } from '../http/services.ts';
import { accessPages } from './access.ts';
import { invitationPages } from './invitations.ts';
import { proofPages } from './proof/pages.ts';
import { providerPages } from './provider/sign-in.ts';
import { beginTest } from './provider/test-sign-in.ts';
import { passkeySignInPages } from './second-factors/passkey-sign-in.ts';
import { secondStepPages } from './second-factors/second-step.ts';
import { sessionPages } from './session.ts';
import { signInSettingsPages } from './sign-in-settings.ts';
import { tokenPages } from './tokens.ts';

export const accessHandlers = async (services: Services) => ({
  session: await sessionPages(services),
  provider: { ...providerPages(services), beginTest: beginTest(services) },
  signInSettings: signInSettingsPages(services),
  proof: await proofPages(services),
  secondStep: await secondStepPages(services),
  passkeySignIn: await passkeySignInPages(services),
  access: accessPages(services),
  invitations: invitationPages(services),
  tokens: tokenPages(services),
});
