import type { MailKind } from '../../domain/mail/mails.ts';

const mailNouns: Record<MailKind, string> = {
  reminders: 'reminders',
  completions: 'mails about completed offboardings',
  problems: 'mails about problems',
  imports: 'mails about imports',
};

/** The name of a kind of mail, for the middle of a sentence. */
export const mailNoun = (kind: MailKind): string => mailNouns[kind];
