import type { AuditDetails } from '../audit.ts';
import { type CalendarDate, isCalendarDate } from '../dates.ts';
import { oneOrMany, plural } from './plural.ts';
import { dateWords } from './times.ts';

/** Why an item is on hold: `On hold: courier, until 3 Dec 2026`. */
export const waitingWords = ({
  waitingFor,
  waitingUntil,
}: {
  waitingFor: string;
  waitingUntil: CalendarDate;
}) => `On hold: ${waitingFor}, until ${dateWords(waitingUntil)}`;

/** What the queue says about a leaver: `Owner: Ivo Marin · 1 item on hold until 3 Dec 2026 · 2 notes`. Empty without any. */
export const handlingWords = ({ owner, waiting, waitingUntil, notes }: HandlingFacts): string =>
  [
    owner === null ? null : `Owner: ${owner}`,
    waitingUntil === null ? null : waitingItemsWords(waiting, waitingUntil),
    notes === 0 ? null : plural(notes, 'note'),
  ]
    .filter((part) => part !== null)
    .join(' · ');

interface HandlingFacts {
  owner: string | null;
  waiting: number;
  waitingUntil: CalendarDate | null;
  notes: number;
}

const waitingItemsWords = (items: number, first: CalendarDate): string =>
  `${plural(items, 'item')} on hold${items > 1 ? ', the first' : ''} until ${dateWords(first)}`;

/** The day of an item has come. A request is named by its kind only, because its text is about a person. */
export function waitingOverWords(about: string, { tag, license, until }: AuditDetails): string {
  const item = tag ? `${tag} from ${about}` : `${about}'s ${license ? `${license} seat` : 'request'}`;
  const day = typeof until === 'string' && isCalendarDate(until) ? dateWords(until) : 'today';
  return `${item} was on hold until ${day}. Check whether you can clear it.`;
}

/** An admin who left or lost the role owned offboardings. */
export function ownerRemovedWords(about: string, details: AuditDetails): string {
  const leavers = Number(details.leavers ?? 1);
  return `${about} can no longer own offboardings. ${plural(leavers, 'offboarding')} now ${oneOrMany(leavers, 'has', 'have')} no owner.`;
}
