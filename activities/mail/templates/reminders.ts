import type { OpenItem, RemindedLeaver } from '../../../database/mail/contents.ts';
import type { Receiver } from '../../../database/mail/mails.ts';
import { may } from '../../../domain/access/permissions.ts';
import { leavingWords, openWords, ownLeavingWords } from '../../../domain/wording/leaving.ts';
import { type NotificationFacts, notificationText } from '../../../domain/wording/notifications.ts';
import { oneOrMany, plural } from '../../../domain/wording/plural.ts';
import { dayWords, longDateWords, longTimeWords } from '../../../domain/wording/times.ts';
import {
  type Block,
  heading,
  link,
  list,
  type MailContent,
  type MailItem,
  type MailPerson,
  paragraph,
  people,
} from '../content.ts';
import type { Links } from '../links.ts';

/** A longer list would not be read; the queue shows everyone. */
const shown = 40;

/**
 * A day's reminders for one receiver, as of now: their own devices, and the open items of the people they look after.
 * Null when nothing is open any more. `notices` are about what the receiver handles.
 */
export function remindersMail(
  reminded: readonly RemindedLeaver[],
  receiver: Receiver,
  links: Links,
  notices: readonly NotificationFacts[] = [],
): MailContent | null {
  const isItAdmin = may(receiver.role, 'offboard');
  const own = reminded.find(({ id, items }) => id === receiver.id && items.some(isDevice));
  const others = reminded.filter(
    ({ id, managerId }) => id !== receiver.id && (isItAdmin || managerId === receiver.id),
  );
  const open = others.filter(({ items }) => items.length > 0);
  const ready = isItAdmin ? others.filter(({ items, daysLeft }) => items.length === 0 && daysLeft < 0) : [];
  const texts = notices.map((notice) => notificationText(notice));
  if (own === undefined && open.length + ready.length + texts.length === 0) return null;

  const toLines = (people: readonly RemindedLeaver[]) =>
    people.map((person) => personOf(person, receiver, links, isItAdmin));
  return {
    subject: own === undefined && texts.length > 0 ? noticesSubject(texts) : subjectOf({ own, open, ready }),
    preview: texts[0] ?? previewOf({ own, open, ready }),
    blocks: [
      paragraph(`Hello ${receiver.name},`),
      ...(own === undefined ? [] : ownBlocks(own, receiver, links)),
      ...(texts.length > 0 ? [heading('For you to check'), ...listOf(texts)] : []),
      ...(open.length > 0 ? [paragraph(openingFor(open, isItAdmin))] : []),
      ...section('Past their last day', open.filter(isOver), toLines),
      ...section(
        'Leaving soon',
        open.filter((person) => !isOver(person)),
        toLines,
      ),
      ...section('Ready to finalize', ready, toLines),
      ...(open.length + ready.length + texts.length > 0 ? othersEnd(isItAdmin, links) : []),
    ],
    reason: reasonFor(own !== undefined, open.length + ready.length + texts.length > 0, isItAdmin),
  };
}

const noticesSubject = (texts: readonly string[]): string =>
  texts.length === 1 ? texts[0]! : `${texts.length} things for you to check`;

/** A longer list would not be read; the console shows all. */
function listOf(texts: readonly string[]): Block[] {
  const rest = texts.length - shown;
  return [list(texts.slice(0, shown)), ...(rest > 0 ? [paragraph(`And ${rest} more.`)] : [])];
}

const isDevice = ({ kind }: OpenItem): boolean => kind === 'hardware';
const isOver = ({ daysLeft }: RemindedLeaver): boolean => daysLeft < 0;

const openingFor = (open: readonly RemindedLeaver[], isItAdmin: boolean): string => {
  const leavers = isItAdmin
    ? plural(open.length, 'person', 'people')
    : oneOrMany(open.length, 'your direct report', `${open.length} of your direct reports`);
  return `Open items for ${leavers}${oneOrMany(open.length, '', ', earliest last day first')}:`;
};

interface RemindedGroups {
  own: RemindedLeaver | undefined;
  open: readonly RemindedLeaver[];
  ready: readonly RemindedLeaver[];
}

function subjectOf({ own, open, ready }: RemindedGroups): string {
  if (own !== undefined)
    return `${ownLeavingWords(longDateWords(own.lastDay), isOver(own))}: please return ${devicesWords(own)}`;
  const [first] = open;
  if (open.length === 1 && ready.length === 0) {
    return `${first!.name} ${leavingWords(longDateWords(first!.lastDay), isOver(first!))}: ${openWords(countsOf(first!))} to clear`;
  }
  if (open.length === 0) {
    return ready.length === 1
      ? `${ready[0]!.name}'s offboarding is ready to finalize`
      : `${ready.length} offboardings are ready to finalize`;
  }
  const overdue = open.filter(isOver).length;
  const leavers = `${plural(open.length, 'person', 'people')} with open items`;
  return overdue > 0 ? `${leavers}, ${overdue} overdue` : leavers;
}

function previewOf({ own, open, ready }: RemindedGroups): string {
  if (own !== undefined)
    return own.items
      .filter(isDevice)
      .map(({ what }) => what)
      .join(', ');
  return [...open, ...ready]
    .slice(0, 5)
    .map(({ name }) => name)
    .join(', ');
}

const countsOf = ({ items }: RemindedLeaver) => ({
  hardware: items.filter(isDevice).length,
  software: items.filter(({ kind }) => kind === 'software').length,
  requests: items.filter(({ kind }) => kind === 'request').length,
});

const devicesWords = (person: RemindedLeaver): string =>
  openWords({ hardware: countsOf(person).hardware, software: 0, requests: 0 });

function ownBlocks(own: RemindedLeaver, receiver: Receiver, links: Links): Block[] {
  return [
    paragraph(
      `${ownLeavingWords(longDateWords(own.lastDay), isOver(own))}. Please return ${isOver(own) ? 'what you still have' : 'these by then'}. Your IT admins can tell you where.`,
    ),
    ...people([
      {
        name: 'Your devices',
        address: null,
        line: devicesWords(own),
        items: own.items.filter(isDevice).map((item) => itemOf(item, receiver.zone)),
      },
    ]),
    link('View your devices', links.to('/me')),
  ];
}

function section(
  title: string,
  persons: readonly RemindedLeaver[],
  toLines: (people: readonly RemindedLeaver[]) => MailPerson[],
): Block[] {
  if (persons.length === 0) return [];
  const rest = persons.length - shown;
  return [
    heading(persons.length > 1 ? `${title} (${persons.length})` : title),
    ...people(toLines(persons.slice(0, shown))),
    ...(rest > 0 ? [paragraph(`And ${rest} more.`)] : []),
  ];
}

function personOf(person: RemindedLeaver, receiver: Receiver, links: Links, isItAdmin: boolean): MailPerson {
  const { id, name, items } = person;
  return {
    name,
    address: isItAdmin ? links.to(`/offboarding/${id}`) : null,
    line: lineOf(person, receiver, isItAdmin),
    items: items.map((item) => itemOf(item, receiver.zone)),
  };
}

/** When the person leaves, their department and, for an IT admin, their manager. */
function lineOf(person: RemindedLeaver, receiver: Receiver, isItAdmin: boolean): string {
  const { lastDay, zone, overAt, department, manager } = person;
  const ends = isOver(person) ? 'last day ended' : 'last day ends';
  return [
    capitalized(leavingWords(longDateWords(lastDay), isOver(person))),
    zone === receiver.zone ? null : `${ends} ${longTimeWords(overAt, receiver.zone)}`,
    department,
    isItAdmin ? `Manager: ${manager ?? 'none'}` : null,
  ]
    .filter((part) => part !== null)
    .join(' · ');
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function itemOf({ kind, what, mark, since }: OpenItem, zone: string): MailItem {
  const day = dayWords(since, zone);
  if (kind === 'hardware') return { what, detail: `${mark}, since ${day}` };
  if (kind === 'software') return { what, detail: `seat, since ${day}` };
  return { what, detail: `request, ${mark}, since ${day}` };
}

const othersEnd = (isItAdmin: boolean, links: Links): Block[] =>
  isItAdmin
    ? [link('Open queue', links.to('/offboarding'))]
    : [paragraph('Please help them return their devices to IT.')];

function reasonFor(own: boolean, others: boolean, isItAdmin: boolean): string {
  const reasons = [
    ...(own ? ["you're leaving"] : []),
    ...(others ? [isItAdmin ? 'you handle offboarding' : 'your direct reports are leaving'] : []),
  ];
  return `You get this email at most once a day, because ${reasons.join(' and ')}.`;
}
