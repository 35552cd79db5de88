import type { AuditDetails } from '../../domain/audit.ts';
import { isCalendarDate } from '../../domain/dates.ts';
import type { Times } from '../http/pages/times.ts';
import { helpers } from '../http/pages/view-helpers.ts';

/** The further facts of an audit entry in words; null without any. */
export function detailWords(details: AuditDetails, times: Times): string | null {
  if (Array.isArray(details.fields)) return changesOf(details as unknown as FieldChanges, times);
  if ('from' in details || 'to' in details) return `from ${details.from ?? '—'} to ${details.to ?? '—'}`;
  const parts = Object.entries(details)
    .filter(([name, value]) => value !== null && value !== '' && !/Ids?$/.test(name))
    .map(([name, value]) => `${labelOf(name)}: ${shownValue(name, value, times)}`);
  return parts.length > 0 ? parts.join(' · ') : null;
}

/** Three parallel lists: the changed fields, their old values, and their new values. */
interface FieldChanges {
  fields: string[];
  from: string[];
  to: string[];
}

function changesOf({ fields, from, to }: FieldChanges, times: Times): string {
  const shown = (field: string, value: string | undefined) => shownValue(field, value, times);
  return fields
    .map((field, index) => changeOf(field, shown(field, from[index]), shown(field, to[index])))
    .join(' · ');
}

function changeOf(field: string, before: string, after: string): string {
  if (before === '') return `${labelOf(field)} set to ${after}`;
  return after === ''
    ? `${labelOf(field)} ${before} removed`
    : `${labelOf(field)} changed from ${before} to ${after}`;
}

/** Shows only the origin of a webhook's URL, because not every reader of the trail may see the rest. */
function shownValue(name: string, value: AuditDetails[string] | undefined, times: Times): string {
  if (value == null || value === '') return '';
  if (name === 'url') return helpers.host(String(value));
  if (/Date$/.test(name)) return helpers.date(String(value));
  if (timeNames.has(name)) return momentWords(String(value), times);
  if (wordNames.has(name)) return helpers.words(String(value));
  return Array.isArray(value) ? value.join(', ') : String(value);
}

/** A date or a time; as it is stored when it is neither. */
function momentWords(stored: string, times: Times): string {
  if (isCalendarDate(stored)) return helpers.date(stored);
  return Number.isNaN(Date.parse(stored)) ? stored : times.time(stored);
}

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
