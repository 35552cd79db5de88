import type { AuditRow } from '../../database/workspace/audit-trail.ts';
import { type AuditDetails, auditActions } from '../../domain/audit.ts';
import { actorLabel } from '../http/pages/actor-label.ts';
import { type DetailPart, detailParts } from './audit-details.ts';
import { auditEvents } from './audit-events.ts';

/** An entry of the audit trail in words: the actor, the action, and details. */
export interface AuditSentence {
  who: string;
  what: string;
  details: DetailPart[];
}

type Entry = Pick<AuditRow, 'actor' | 'actorName' | 'action' | 'details' | 'managers' | 'user'>;

export function auditSentence(entry: Entry): AuditSentence {
  const { action, details } = entry;
  const event = auditEvents[action];
  const person = entry.user ?? 'no one';
  return {
    who: entry.actorName ?? capitalized(actorLabel(entry.actor)),
    what: appointmentSentence(entry) ?? event?.words(details, person) ?? auditActions[action] ?? action,
    details: appointments[action] !== undefined ? [] : detailParts(without(event?.uses ?? [], details)),
  };
}

/** The actions that change who is the manager or the owner. */
const appointments: Partial<Record<Entry['action'], string>> = {
  'user.manager_changed': 'manager',
  'user.manager_cleared': 'manager',
  'offboarding.owner_changed': 'owner',
  'offboarding.owner_cleared': 'owner',
};

/** Names the former and the new manager or owner. */
function appointmentSentence(entry: Entry): string | null {
  const post = appointments[entry.action];
  if (post === undefined) return null;
  const { details, managers } = entry;
  const name = (id: unknown) => (id == null ? null : (managers?.[String(id)] ?? `person ${id}`));
  const before = name(details.from ?? details.formerManagerId ?? details.formerOwnerId);
  const after = name(details.to);
  if (before === null) return `set the ${post} to ${after ?? 'no one'}`;
  return after === null ? `removed the ${post} ${before}` : `changed the ${post} from ${before} to ${after}`;
}

const without = (names: readonly string[], details: AuditDetails): AuditDetails =>
  Object.fromEntries(Object.entries(details).filter(([name]) => !names.includes(name)));

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
