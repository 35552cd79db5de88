import type { Receiver, WaitingMail } from '../../database/mail/mails.ts';
import { asHtml } from './as-html.ts';
import { asText } from './as-text.ts';
import type { MailContent } from './content.ts';
import type { Links } from './links.ts';
import type { OutgoingMail } from './mailer.ts';

/** A mail with a receiver. */
export type SendableMail = WaitingMail & { receiver: Receiver };

/** A mail that is ready to send: as text and as HTML, with its unsubscribe link. One about the sign-in has none. */
export function composeMail(
  { id, kind, createdAt, receiver, workspace }: SendableMail,
  content: MailContent,
  links: Links,
  domain: string,
): OutgoingMail {
  const unsubscribe = kind === 'security' ? null : links.unsubscribe(receiver.id, kind);
  const footer = { workspace, choices: links.to('/me#mail'), unsubscribe };
  return {
    to: addressOf(receiver),
    subject: content.subject,
    text: asText(content, footer),
    html: asHtml(content, footer),
    messageId: `<mail-${id}-${createdAt.getTime()}@${domain}>`,
    unsubscribe,
  };
}

const addressOf = ({ name, email }: Receiver) => ({ name, address: email });
