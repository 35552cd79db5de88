import type { MailTokens } from '../../database/mail/tokens.ts';
import type { MailKind } from '../../domain/mail/mails.ts';

/** Where letters lead. */
export interface Links {
  /** A page of the console, by its path. */
  to(path: string): string;
  /** Where a receiver stops one kind of mail, without signing in. */
  unsubscribe(userId: number, kind: MailKind): string;
}

/** `publicUrl` without a trailing slash. */
export const makeLinks = (publicUrl: string, tokens: MailTokens): Links => ({
  to: (path) => publicUrl + path,
  unsubscribe: (userId, kind) => `${publicUrl}/unsubscribe/${tokens.sign({ userId, kind })}`,
});
