import type { Receiver } from '../../../database/mail/mails.ts';
import { type NotificationFacts, notificationText } from '../../../domain/wording/notifications.ts';
import { link, list, type MailContent, paragraph } from '../content.ts';
import type { Links } from '../links.ts';

/** Tells a person how they can sign in now. */
export function securityMail(
  notifications: readonly NotificationFacts[],
  receiver: Receiver,
  links: Links,
): MailContent {
  const texts = notifications.map((each) => notificationText(each));
  return {
    subject: 'Your sign-in to Lastday changed',
    preview: texts[0]!,
    blocks: [
      paragraph(`Hello ${receiver.name},`),
      list(texts),
      link('See how you sign in', links.to('/me/second-factor')),
    ],
    reason: "You get this email whenever your sign-in changes. It can't be turned off.",
  };
}
