import type { Receiver, WaitingMail } from '../../database/mail/mails.ts';
import { asHtml } from './as-html.ts';
import { asText } from './as-text.ts';
import type { MailContent } from './content.ts';
import type { Links } from './links.ts';
import type { OutgoingMail } from './mailer.ts';

/** A letter ready to go out, in both forms, with its way to be stopped. */
export function composeMail(
  { id, kind, createdAt, receiver, workspace }: WaitingMail,
  letter: MailContent,
  links: Links,
  domain: string,
): OutgoingMail {
  const unsubscribe = links.unsubscribe(receiver.id, kind);
  const footer = { workspace, choices: links.to('/me#mail'), unsubscribe };
  return {
    to: addressOf(receiver),
    subject: letter.subject,
    text: asText(letter, footer),
    html: asHtml(letter, footer),
    messageId: `<mail-${id}-${createdAt.getTime()}@${domain}>`,
    unsubscribe,
  };
}

const addressOf = ({ name, email }: Receiver) => ({ name, address: email });
