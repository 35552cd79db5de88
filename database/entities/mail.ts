import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import {
  type MailKind,
  type MailOutcome,
  type MailState,
  mailKinds,
  mailOutcomes,
  mailStates,
} from '../../domain/mail/mails.ts';
import { id, oneOf, timestamp, writtenAt } from './columns.ts';
import { belongsToUser } from './foreign-keys.ts';

/**
 * One mail to one person. Its content is read when it is sent: from the offboarding for a completion, and from the
 * notifications with its id for a digest. `day` is a digest's date in the receiver's time zone, one per kind and day.
 */
export const Mail = defineEntity({
  name: 'Mail',
  tableName: 'mails',
  properties: {
    id: id(),
    userId: () => belongsToUser(),
    kind: p.text().$type<MailKind>(),
    offboardingId: p.integer().nullable().index('mails_offboarding_id_index'),
    day: p.date().nullable(),
    state: p.text().$type<MailState>().default('pending'),
    attempts: p.integer().default(0),
    /** The outcome of the last attempt. */
    outcome: p.text().$type<MailOutcome>().nullable(),
    createdAt: writtenAt(),
    nextTryAt: timestamp().defaultRaw('now()'),
    closedAt: timestamp().nullable(),
  },
  uniques: [{ name: 'mails_digest_unique', properties: ['userId', 'kind', 'day'] }],
  indexes: [
    {
      name: 'mails_pending_index',
      expression: "create index mails_pending_index on mails (id) where state = 'pending'",
    },
    {
      name: 'mails_closed_at_index',
      expression: 'create index mails_closed_at_index on mails (closed_at) where closed_at is not null',
    },
  ],
  checks: [
    oneOf('mails_kind_check', 'kind', mailKinds),
    oneOf('mails_state_check', 'state', mailStates),
    oneOf('mails_outcome_check', 'outcome', Object.keys(mailOutcomes)),
  ],
});
export type Mail = InferEntity<typeof Mail>;
