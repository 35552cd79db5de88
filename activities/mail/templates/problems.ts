import type { Receiver } from '../../../database/mail/mails.ts';
import {
  isAboutDirectory,
  type NotificationFacts,
  notificationText,
} from '../../../domain/wording/notifications.ts';
import { oneOrMany, plural } from '../../../domain/wording/plural.ts';
import { link, list, type MailContent, paragraph } from '../content.ts';
import type { Links } from '../links.ts';

/** A longer list would not be read. */
const shown = 30;

/** Tells a super-admin about the problems that need attention. */
export function problemsMail(
  notifications: readonly NotificationFacts[],
  receiver: Receiver,
  links: Links,
): MailContent {
  const texts = notifications.map((each) => notificationText(each));
  const rest = texts.length - shown;
  return {
    subject: `${plural(texts.length, 'problem')} in Lastday ${oneOrMany(texts.length, 'needs', 'need')} your attention`,
    preview: texts[0]!,
    blocks: [
      paragraph(`Hello ${receiver.name},`),
      paragraph(
        oneOrMany(
          texts.length,
          'This problem needs your attention:',
          'These problems need your attention, oldest first:',
        ),
      ),
      list(texts.slice(0, shown)),
      ...(rest > 0 ? [paragraph(`And ${rest} more.`)] : []),
      ...(notifications.some(({ kind }) => isAboutDirectory(kind))
        ? [link('Open directory settings', links.to('/settings/directory'))]
        : []),
      link('Open Lastday', links.to('/notifications')),
    ],
    reason: "You get this email at most once a day, because you're a super admin.",
  };
}
