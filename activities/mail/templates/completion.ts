import type { Completion } from '../../../database/mail/contents.ts';
import type { Receiver } from '../../../database/mail/mails.ts';
import { may } from '../../../domain/access/permissions.ts';
import { link, type MailContent, paragraph } from '../content.ts';
import type { Links } from '../links.ts';
import { dateTimeWords } from './dates.ts';

/** Tells a manager that one of their reports has been offboarded. */
export function completionMail(completion: Completion, receiver: Receiver, links: Links): MailContent {
  const { leaverId, name, jobTitle, department, completedAt, reports } = completion;
  const role = [jobTitle, department].filter(Boolean).join(', ');
  const mayLook = may(receiver.role, 'offboard');
  return {
    subject: `${name} has been offboarded`,
    preview: 'Everything has come back: nothing is open any more.',
    blocks: [
      paragraph(`Hello ${receiver.name},`),
      paragraph(
        `The offboarding of ${name}${role ? ` (${role})` : ''} was completed on ` +
          `${dateTimeWords(completedAt, receiver.zone)}${byWords(completion)}.`,
      ),
      paragraph('All devices have come back, all licenses were revoked, and no request is open.'),
      ...(reports > 0 ? [paragraph(reportWords(name, reports))] : []),
      link(
        mayLook ? 'See what was done' : 'Open Lastday',
        links.to(mayLook ? `/offboarding/${leaverId}` : '/notifications'),
      ),
    ],
    reason: `You get this because ${name} reported to you.`,
  };
}

function byWords({ completedBy, completedByName }: Completion): string {
  if (completedByName !== null) return ` by ${completedByName}`;
  return completedBy.startsWith('token:') ? ` by the API token “${completedBy.slice('token:'.length)}”` : '';
}

const reportWords = (name: string, reports: number): string =>
  reports === 1
    ? `One person reported to ${name} and has no manager now.`
    : `${reports} people reported to ${name} and have no manager now.`;
