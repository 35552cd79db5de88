import type { AuditDetails } from '../../domain/audit.ts';
import { isCalendarDate } from '../../domain/dates.ts';
import { helpers } from '../http/pages/view-helpers.ts';

/** A fact of an audit entry in words. With `at`, the words end with that time. */
export interface DetailPart {
  words: string;
  at?: string;
}

/** The further facts of an audit entry. */
export function detailParts(details: AuditDetails): DetailPart[] {
  if (Array.isArray(details.fields)) return changesOf(details as unknown as FieldChanges);
  if ('from' in details || 'to' in details)
    return [{ words: `from ${details.from ?? '—'} to ${details.to ?? '—'}` }];
  return Object.entries(details)
    .filter(([name, value]) => value !== null && value !== '' && !/Ids?$/.test(name))
    .map(([name, value]) =>
      isTime(name, value)
        ? { words: `${labelOf(name)}:`, at: value }
        : { words: `${labelOf(name)}: ${shownValue(name, value)}` },
    );
}

/** Three parallel lists: the changed fields, their old values, and their new values. */
interface FieldChanges {
  fields: string[];
  from: string[];
  to: string[];
}

function changesOf({ fields, from, to }: FieldChanges): DetailPart[] {
  return fields.map((field, index) => ({
    words: changeOf(field, shownValue(field, from[index]), shownValue(field, to[index])),
  }));
}

function changeOf(field: string, before: string, after: string): string {
  if (before === '') return `${labelOf(field)} set to ${after}`;
  return after === ''
    ? `${labelOf(field)} ${before} removed`
    : `${labelOf(field)} changed from ${before} to ${after}`;
}

/** Shows only the origin of a webhook's URL, because not every reader of the trail may see the rest. */
function shownValue(name: string, value: AuditDetails[string] | undefined): string {
  if (value == null || value === '') return '';
  if (name === 'url') return helpers.host(String(value));
  if (/Date$/.test(name)) return helpers.date(String(value));
  if (timeNames.has(name) && isCalendarDate(String(value))) return helpers.date(String(value));
  if (wordNames.has(name)) return helpers.words(String(value));
  return Array.isArray(value) ? value.join(', ') : String(value);
}

/** Whether a detail is a time, and no calendar date. */
const isTime = (name: string, value: AuditDetails[string] | undefined): value is string =>
  timeNames.has(name) &&
  typeof value === 'string' &&
  !isCalendarDate(value) &&
  !Number.isNaN(Date.parse(value));

const timeNames: ReadonlySet<string> = new Set(['until', 'since']);
/** The details that hold a stored word, such as `in_stock`. */
const wordNames: ReadonlySet<string> = new Set([
  'status',
  'nextStatus',
  'condition',
  'role',
  'outcome',
  'state',
]);

const labelOf = (name: string): string => labels[name] ?? name.replace(/([A-Z])/g, ' $1').toLowerCase();

/** The names that the screen uses for a stored one. */
const labels: Record<string, string> = {
  externalId: 'external ID',
  url: 'endpoint',
  eventTypes: 'events',
  mail: 'email',
  reports: 'direct reports',
  seatsTotal: 'total seats',
  brakeCount: 'import confirmation above (records)',
  brakePercent: 'import confirmation above (% of records)',
  noDates: 'values that mean “no date”',
  remindDaysBefore: 'reminders (days before the last day)',
  remindOverdueEvery: 'days between reminders after the last day',
  digestHour: 'hour of reminder emails',
  tokenLimitCount: 'stop a token after (people)',
  tokenLimitPercent: 'stop a token after (% of people)',
  eraseAfterMonths: 'erase personal data after (months)',
};
