import type { MailTokens } from '../../database/mail/tokens.ts';
import type { ChosenMailKind } from '../../domain/mail/mails.ts';

/** Makes the links in mails. */
export interface Links {
  /** The address of a console page, by its path. */
  to(path: string): string;
  /** The address at which a receiver stops one kind of mail, without signing in. */
  unsubscribe(userId: number, kind: ChosenMailKind): string;
}

/** `publicUrl` has no trailing slash. */
export const makeLinks = (publicUrl: string, tokens: MailTokens): Links => ({
  to: (path) => publicUrl + path,
  unsubscribe: (userId, kind) => `${publicUrl}/unsubscribe/${tokens.sign({ userId, kind })}`,
});
