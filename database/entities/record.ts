import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Actor } from '../../domain/actor.ts';
import type { AuditAction, AuditDetails } from '../../domain/audit.ts';
import type { ChangedFact } from '../../domain/offboarding/snapshot.ts';
import type { NotificationKind } from '../../domain/wording/notifications.ts';
import { id, texts, timestamp, writtenAt } from './columns.ts';
import { belongsToUser } from './foreign-keys.ts';

/**
 * An audit entry. Triggers refuse UPDATE, DELETE and TRUNCATE. The actor has no foreign key, because the entry must
 * outlive the actor.
 */
export const AuditEntry = defineEntity({
  name: 'AuditEntry',
  tableName: 'audit_entries',
  properties: {
    id: id(),
    at: writtenAt(),
    actor: p.text().$type<Actor>(),
    action: p.text().$type<AuditAction>(),
    userId: () => belongsToUser().nullable(),
    details: p.json<AuditDetails>().defaultRaw("'{}'::jsonb"),
  },
  indexes: [
    { name: 'audit_entries_user_id_index', properties: ['userId', 'id'] },
    { name: 'audit_entries_action_index', properties: ['action', 'id'] },
  ],
});
export type AuditEntry = InferEntity<typeof AuditEntry>;

/**
 * A change of facts about one person that a signal carries to the workflow. A row without an offboarding needs no signal.
 * Sent rows are deleted after 7 days.
 */
export const Outbox = defineEntity({
  name: 'Outbox',
  tableName: 'outbox',
  properties: {
    id: id(),
    userId: () => belongsToUser(),
    offboardingId: p.integer().nullable(),
    facts: texts<ChangedFact>(),
    createdAt: writtenAt(),
    attempts: p.integer().default(0),
    nextTryAt: timestamp().defaultRaw('now()'),
    sentAt: timestamp().nullable(),
  },
  indexes: [
    {
      name: 'outbox_unsent_index',
      expression: 'create index outbox_unsent_index on outbox (next_try_at, id) where sent_at is null',
    },
    {
      name: 'outbox_sent_index',
      expression: 'create index outbox_sent_index on outbox (sent_at) where sent_at is not null',
    },
  ],
});
export type Outbox = InferEntity<typeof Outbox>;

/** Must equal the condition in database/mail/notifications.ts, because the query must match the index. */
const isGroupedByDay = `(kind in ('offboarding_reminder', 'offboarding_ready', 'mail_failed', 'webhook_failed')
  and about_user_id is distinct from user_id)`;

/** A message to one user in the console. `aboutUserId` is the person that it mentions. */
export const Notification = defineEntity({
  name: 'Notification',
  tableName: 'notifications',
  properties: {
    id: id(),
    userId: () => belongsToUser(),
    kind: p.text().$type<NotificationKind>(),
    aboutUserId: p.integer().nullable(),
    details: p.json<AuditDetails>().defaultRaw("'{}'::jsonb"),
    createdAt: writtenAt(),
    readAt: timestamp().nullable(),
    /** When the worker decided whether to mail it; `mailId` is the mail that contains it. */
    mailConsideredAt: timestamp().nullable(),
    mailId: p.integer().nullable(),
  },
  indexes: [
    { name: 'notifications_user_id_index', properties: ['userId', 'id'] },
    {
      name: 'notifications_unread_index',
      expression: 'create index notifications_unread_index on notifications (user_id) where read_at is null',
    },
    {
      name: 'notifications_unread_days_index',
      expression: `create index notifications_unread_days_index on notifications
        (user_id, kind, ((created_at at time zone 'UTC')::date)) where read_at is null and ${isGroupedByDay}`,
    },
    {
      name: 'notifications_unread_single_index',
      expression: `create index notifications_unread_single_index on notifications (user_id) where read_at is null and not ${isGroupedByDay}`,
    },
    {
      name: 'notifications_unconsidered_index',
      expression:
        'create index notifications_unconsidered_index on notifications (id) where mail_considered_at is null',
    },
    {
      name: 'notifications_mail_index',
      expression:
        'create index notifications_mail_index on notifications (mail_id) where mail_id is not null',
    },
    { name: 'notifications_about_index', properties: ['aboutUserId'] },
  ],
});
export type Notification = InferEntity<typeof Notification>;
