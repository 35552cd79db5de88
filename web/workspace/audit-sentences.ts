import type { AuditRow } from '../../database/workspace/audit-trail.ts';
import { type AuditDetails, auditActions } from '../../domain/audit.ts';
import { actorLabel } from '../http/pages/actor-label.ts';
import { helpers } from '../http/pages/view-helpers.ts';

/** An entry of the audit trail in words: the actor, the action, and details. */
export interface AuditSentence {
  who: string;
  what: string;
  detail: string | null;
}

export function auditSentence(
  row: Pick<AuditRow, 'actor' | 'actorName' | 'action' | 'details' | 'managers'>,
): AuditSentence {
  return {
    who: row.actorName ?? capitalized(actorLabel(row.actor)),
    what: auditActions[row.action] ?? row.action,
    detail: managersOf(row) ?? detailOf(row.action, row.details),
  };
}

/** The names of the former and the new manager. */
function managersOf({
  action,
  details,
  managers,
}: Pick<AuditRow, 'action' | 'details' | 'managers'>): string | null {
  const name = (id: unknown) => (id === null ? '—' : (managers?.[String(id)] ?? `person ${id}`));
  if (action === 'user.manager_changed') return `from ${name(details.from)} to ${name(details.to)}`;
  if (action === 'user.manager_cleared') return `from ${name(details.formerManagerId)} to —`;
  return null;
}

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function detailOf(action: string, details: AuditDetails): string | null {
  if (Array.isArray(details.fields)) return changesOf(details as unknown as FieldChanges);
  if ('from' in details || 'to' in details) {
    const shown =
      action === 'user.end_date_changed'
        ? (value: unknown) => helpers.date(value as string)
        : (value: unknown) => String(value ?? '—');
    return `from ${shown(details.from)} to ${shown(details.to)}`;
  }
  const parts = Object.entries(details)
    .filter(([name, value]) => value !== null && value !== '' && !/Ids?$/.test(name))
    .map(([name, value]) => `${labelOf(name)}: ${shownAs(name, value)}`);
  return parts.length > 0 ? parts.join(' · ') : null;
}

/** Shows only the origin of a webhook's URL, because not every reader of the trail may see the rest. */
function shownAs(name: string, value: AuditDetails[string]): string {
  if (name === 'url') return helpers.host(String(value));
  return Array.isArray(value) ? value.join(', ') : String(value);
}

/** Three parallel lists: the changed fields, their old values, and their new values. */
interface FieldChanges {
  fields: string[];
  from: string[];
  to: string[];
}

const changesOf = ({ fields, from, to }: FieldChanges): string =>
  fields
    .map((field, index) => `${labelOf(field)} from ${from[index] || '—'} to ${to[index] || '—'}`)
    .join(' · ');

const labelOf = (name: string) => name.replace(/([A-Z])/g, ' $1').toLowerCase();
