import type { AuditRow } from '../../database/workspace/audit-trail.ts';
import { type AuditDetails, auditActions } from '../../domain/audit.ts';
import { actorLabel } from '../http/pages/actor-label.ts';
import type { Times } from '../http/pages/times.ts';
import { detailWords } from './audit-details.ts';
import { auditEvents } from './audit-events.ts';

/** An entry of the audit trail in words: the actor, the action, and details. */
export interface AuditSentence {
  who: string;
  what: string;
  detail: string | null;
}

type Entry = Pick<AuditRow, 'actor' | 'actorName' | 'action' | 'details' | 'managers' | 'user'>;

/** `times` writes the times among the details. */
export function auditSentence(entry: Entry, times: Times): AuditSentence {
  const { action, details } = entry;
  const event = auditEvents[action];
  const person = entry.user ?? 'no one';
  return {
    who: entry.actorName ?? capitalized(actorLabel(entry.actor)),
    what: managerSentence(entry) ?? event?.words(details, person) ?? auditActions[action] ?? action,
    detail: isAboutManager(entry) ? null : detailWords(without(event?.uses ?? [], details), times),
  };
}

const isAboutManager = ({ action }: Entry) =>
  action === 'user.manager_changed' || action === 'user.manager_cleared';

/** The names of the former and the new manager. */
function managerSentence(entry: Entry): string | null {
  if (!isAboutManager(entry)) return null;
  const { details, managers } = entry;
  const name = (id: unknown) => (id == null ? null : (managers?.[String(id)] ?? `person ${id}`));
  const before = name(details.from ?? details.formerManagerId);
  const after = name(details.to);
  if (before === null) return `set the manager to ${after ?? 'no one'}`;
  return after === null ? `removed the manager ${before}` : `changed the manager from ${before} to ${after}`;
}

const without = (names: readonly string[], details: AuditDetails): AuditDetails =>
  Object.fromEntries(Object.entries(details).filter(([name]) => !names.includes(name)));

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
