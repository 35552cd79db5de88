import type { Completion } from '../../../database/mail/contents.ts';
import type { Receiver } from '../../../database/mail/mails.ts';
import { may } from '../../../domain/access/permissions.ts';
import { allClear } from '../../../domain/offboarding/checklist.ts';
import { oneOrMany, plural } from '../../../domain/wording/plural.ts';
import { longTimeWords } from '../../../domain/wording/times.ts';
import { link, type MailContent, paragraph } from '../content.ts';
import type { Links } from '../links.ts';

/** Tells a manager that one of their reports has been offboarded. */
export function completionMail(completion: Completion, receiver: Receiver, links: Links): MailContent {
  const { leaverId, name, jobTitle, department, completedAt, reports } = completion;
  const role = [jobTitle, department].filter(Boolean).join(', ');
  const mayLook = may(receiver.role, 'offboard');
  return {
    subject: `${name} is now offboarded`,
    preview: allClear,
    blocks: [
      paragraph(`Hello ${receiver.name},`),
      paragraph(
        `${name}${role ? ` (${role})` : ''} was offboarded on ` +
          `${longTimeWords(completedAt, receiver.zone)}${byWords(completion)}.`,
      ),
      paragraph(allClear),
      ...(reports > 0 ? [paragraph(reportWords(name, reports))] : []),
      link(
        mayLook ? 'View offboarding' : 'Open Lastday',
        links.to(mayLook ? `/offboarding/${leaverId}` : '/notifications'),
      ),
    ],
    reason: `You get this email because ${name} reported to you.`,
  };
}

function byWords({ completedBy, completedByName }: Completion): string {
  if (completedByName !== null) return ` by ${completedByName}`;
  return completedBy.startsWith('token:') ? ` by the API token “${completedBy.slice('token:'.length)}”` : '';
}

const reportWords = (name: string, reports: number): string =>
  `${plural(reports, 'person', 'people')} who reported to ${name} now ${oneOrMany(reports, 'has', 'have')} no manager.`;
