import type { Services } from '../http/services.ts';
import { mailPreferencePages } from './mail-preferences.ts';
import { mePages } from './me.ts';
import { otherSessionPages } from './other-sessions.ts';
import { passwordPages } from './password.ts';
import { appPages } from './second-factors/app.ts';
import { factorPages } from './second-factors/factors.ts';
import { passkeyPages } from './second-factors/passkeys.ts';
import { shortcutPages } from './shortcuts.ts';

export const meHandlers = async (services: Services) => ({
  me: mePages(services),
  password: await passwordPages(services),
  otherSessions: otherSessionPages(services),
  mailPreferences: mailPreferencePages(services),
  shortcuts: shortcutPages(services),
  factors: factorPages(services),
  app: appPages(services),
  passkeys: passkeyPages(services),
});
