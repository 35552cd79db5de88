import type { Services } from '../http/services.ts';
import { mailChoicePages } from './mail-preferences.ts';
import { ownPages } from './me.ts';
import { ownSessions } from './other-sessions.ts';
import { passwordPages } from './password.ts';

export const ownHandlers = async (services: Services) => ({
  me: ownPages(services),
  password: await passwordPages(services),
  otherSessions: ownSessions(services),
  mailChoices: mailChoicePages(services),
});
