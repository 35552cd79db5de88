import type { MailKind } from '../../domain/mail/mails.ts';

const mailNouns: Record<MailKind, string> = {
  reminders: 'reminder emails',
  completions: 'emails about completed offboardings',
  problems: 'emails about problems',
  imports: 'emails about imports',
  security: 'emails about their sign-in',
};

/** The name of a kind of mail, for the middle of a sentence. */
export const mailNoun = (kind: MailKind): string => mailNouns[kind];
