import { mailChoicePages } from '../handlers/mail-choices.ts';
import { ownPages } from '../handlers/me.ts';
import { passwordPages } from '../handlers/password.ts';
import { ownSessions } from '../handlers/sessions.ts';
import type { Services } from '../http/services.ts';

/** What a signed-in person sees of themselves, and changes. */
export const ownHandlers = async (services: Services) => ({
  me: ownPages(services),
  password: await passwordPages(services),
  otherSessions: ownSessions(services),
  mailChoices: mailChoicePages(services),
});
