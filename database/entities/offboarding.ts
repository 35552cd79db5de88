import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import {
  type ReminderKind,
  reminderKinds,
  type SkipReason,
  skipReasons,
} from '../../domain/offboarding/reminders.ts';
import { id, oneOf, timestamp, writtenAt } from './columns.ts';
import { belongsToUser } from './foreign-keys.ts';

export const offboardingStates = ['open', 'completed', 'cancelled'] as const;
export type OffboardingState = (typeof offboardingStates)[number];

/** One offboarding of one user. `openedBy`, `completedBy` and `cancelledBy` are actors. */
export const Offboarding = defineEntity({
  name: 'Offboarding',
  tableName: 'offboardings',
  properties: {
    id: id(),
    userId: () => belongsToUser().index('offboardings_user_id_index'),
    state: p.text().$type<OffboardingState>().default('open'),
    openedAt: writtenAt(),
    openedBy: p.text().default('system'),
    /** When the completion was last requested, if the offboarding was opened only for that; else null. */
    openedForCompletionAt: timestamp().nullable(),
    /** A directory opened it, and nobody has stated more about the last day since. */
    openedByDirectory: p.boolean().default(false),
    closedAt: timestamp().nullable(),
    completedBy: p.text().nullable(),
    cancelledBy: p.text().nullable(),
    /** The workflow step that failed for good and waits for a retry, or null. */
    failedStep: p.text().nullable(),
    /** The day a user without an end date was marked offboarded. Reminders use it as the last day. */
    deactivatedOn: p.date().nullable(),
    /** The user's end date while the offboarding is open. A trigger sets it for an index. */
    lastDay: p.date().nullable(),
    /** When the IT admins were notified that nothing is open; null again after a reminder with open items. */
    readyToldAt: timestamp().nullable(),
    /** The admin who handles it. */
    ownerId: () => belongsToUser('owner_id').nullable(),
  },
  uniques: [{ name: 'offboardings_one_open', properties: ['userId'], where: "state = 'open'" }],
  indexes: [
    {
      name: 'offboardings_open_index',
      expression: "create index offboardings_open_index on offboardings (id) where state = 'open'",
    },
    {
      name: 'offboardings_last_day_index',
      expression:
        "create index offboardings_last_day_index on offboardings (last_day, user_id) where state = 'open'",
    },
    {
      name: 'offboardings_completed_index',
      expression:
        "create index offboardings_completed_index on offboardings (closed_at, id) where state = 'completed'",
    },
    {
      name: 'offboardings_owner_index',
      expression:
        "create index offboardings_owner_index on offboardings (owner_id) where state = 'open' and owner_id is not null",
    },
    {
      name: 'offboardings_failed_index',
      expression: 'create index offboardings_failed_index on offboardings (id) where failed_step is not null',
    },
  ],
  checks: [
    { name: 'offboardings_not_own_owner_check', expression: 'owner_id <> user_id' },
    oneOf('offboardings_state_check', 'state', offboardingStates),
    { name: 'offboardings_closed_check', expression: "(state = 'open') = (closed_at is null)" },
    { name: 'offboardings_completed_check', expression: "state <> 'completed' or completed_by is not null" },
  ],
});
export type Offboarding = InferEntity<typeof Offboarding>;

/**
 * A reminder `days` before or after a last day. It fires at most once, even if the time zone changes or the date moves
 * away and back. A reminder that does not fire is skipped for a reason.
 */
export const Reminder = defineEntity({
  name: 'Reminder',
  tableName: 'reminders',
  properties: {
    id: id(),
    offboardingId: () =>
      p
        .manyToOne(Offboarding)
        .mapToPk()
        .fieldName('offboarding_id')
        .deleteRule('no action')
        .updateRule('no action'),
    lastDay: p.date(),
    kind: p.text().$type<ReminderKind>(),
    days: p.integer(),
    dueAt: timestamp(),
    firedAt: timestamp().nullable(),
    skippedAt: timestamp().nullable(),
    skipReason: p.text().$type<SkipReason>().nullable(),
  },
  uniques: [{ name: 'reminders_moment_unique', properties: ['offboardingId', 'lastDay', 'kind', 'days'] }],
  indexes: [
    {
      name: 'reminders_next_index',
      expression: `create index reminders_next_index on reminders (offboarding_id, due_at, id)
        where fired_at is null and skipped_at is null`,
    },
    {
      // Only for the count of due reminders. The expression keeps queries about one leaver off this index.
      name: 'reminders_due_index',
      expression: `create index reminders_due_index on reminders (due_at)
        where coalesce(fired_at, skipped_at) is null`,
    },
  ],
  checks: [
    oneOf('reminders_kind_check', 'kind', reminderKinds),
    oneOf('reminders_skip_reason_check', 'skip_reason', Object.keys(skipReasons)),
  ],
});
export type Reminder = InferEntity<typeof Reminder>;
