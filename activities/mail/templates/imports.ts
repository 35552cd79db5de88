import type { Receiver } from '../../../database/mail/mails.ts';
import { addressOfImport } from '../../../domain/imports/imports.ts';
import { type NotificationFacts, notificationText } from '../../../domain/wording/notifications.ts';
import { plural } from '../../../domain/wording/plural.ts';
import { link, type MailContent, paragraph } from '../content.ts';
import type { Links } from '../links.ts';

/** A longer list would not be read. */
const shown = 30;

/** Tells a user how their imports ended. */
export function importsMail(
  notifications: readonly NotificationFacts[],
  receiver: Receiver,
  links: Links,
): MailContent {
  const rest = notifications.length - shown;
  return {
    subject: `${plural(notifications.length, 'import')} finished`,
    preview: notificationText(notifications[0]!),
    blocks: [
      paragraph(`Hello ${receiver.name},`),
      ...notifications.slice(0, shown).flatMap((notification) => {
        const address = addressOfImport(notification.details, receiver.role);
        return [
          paragraph(notificationText(notification)),
          ...(address === null ? [] : [link('View import', links.to(address))]),
        ];
      }),
      ...(rest > 0 ? [paragraph(`And ${rest} more.`), link('Open Lastday', links.to('/notifications'))] : []),
    ],
    reason: 'You get this email at most once a day, because you started an import.',
  };
}
