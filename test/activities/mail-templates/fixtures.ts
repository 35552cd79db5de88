import { asText } from '../../../activities/mail/as-text.ts';
import type { MailContent } from '../../../activities/mail/content.ts';
import { makeLinks } from '../../../activities/mail/links.ts';
import type { OpenItem, RemindedLeaver } from '../../../database/mail/contents.ts';
import type { Receiver } from '../../../database/mail/mails.ts';
import { mailTokens } from '../../../database/mail/tokens.ts';
import { endOfLastDay } from '../../../domain/dates.ts';

export const tokens = mailTokens(Buffer.alloc(32, 'key').toString('base64'));
export const links = makeLinks('https://lastday.halden.example', tokens);
export const footer = {
  workspace: 'Halden Robotics',
  choices: links.to('/me#mail'),
  unsubscribe: 'https://x.example/stop',
};
export const textOf = (letter: MailContent | null) => asText(letter!, footer);

export const receiver = (changes: Partial<Receiver>): Receiver => ({
  id: 9,
  name: 'Ivo Marin',
  email: 'ivo@halden.example',
  role: 'it-admin',
  zone: 'Europe/Berlin',
  ...changes,
});
export const ivo = receiver({});
export const mira = receiver({ id: 2, name: 'Mira Holt', role: 'employee' });

export const item = (kind: OpenItem['kind'], what: string, mark: string | null = 'LT-1'): OpenItem => ({
  kind,
  what,
  mark,
  since: new Date('2023-03-01T10:00:00Z'),
});
export const laptop = item('hardware', 'ThinkPad T14');
export const figma = item('software', 'Figma', 'Figma');

export function leaver(changes: Partial<RemindedLeaver>): RemindedLeaver {
  const person = {
    id: 1,
    name: 'Lena Brandt',
    department: 'Engineering',
    managerId: 2,
    manager: 'Mira Holt',
    lastDay: '2026-12-24',
    zone: 'Europe/Berlin',
    daysLeft: 7,
    items: [laptop, figma],
    ...changes,
  };
  return { ...person, overAt: endOfLastDay(person.lastDay, person.zone) };
}
