import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import {
  type ReminderKind,
  reminderKinds,
  type SkipReason,
  skipReasons,
} from '../../domain/offboarding/reminders.ts';
import { id, moment, oneOf, writtenAt } from './columns.ts';
import { belongsToUser } from './laws.ts';

export const offboardingStates = ['open', 'completed', 'cancelled'] as const;
export type OffboardingState = (typeof offboardingStates)[number];

/** One exit episode of one user. `openedBy`, `completedBy` and `cancelledBy` are actors. */
export const Offboarding = defineEntity({
  name: 'Offboarding',
  tableName: 'offboardings',
  properties: {
    id: id(),
    userId: () => belongsToUser().index('offboardings_user_id_index'),
    state: p.text().$type<OffboardingState>().default('open'),
    openedAt: writtenAt(),
    openedBy: p.text().default('system'),
    /** When the completion was asked for that this was opened for, and for nothing else; null of every other. */
    openedForCompletionAt: moment().nullable(),
    closedAt: moment().nullable(),
    completedBy: p.text().nullable(),
    cancelledBy: p.text().nullable(),
    /** The step of the process that failed for good and waits for a person, or null. */
    failedStep: p.text().nullable(),
    /** The day somebody without an end date was marked offboarded: their reminders go by it. */
    deactivatedOn: p.date().nullable(),
    /** The user's end date while this is open, kept by the schema for an index. */
    lastDay: p.date().nullable(),
    /** When the IT admins were told that nothing is open any more; null again once something is. */
    readyToldAt: moment().nullable(),
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
      name: 'offboardings_failed_index',
      expression: 'create index offboardings_failed_index on offboardings (id) where failed_step is not null',
    },
  ],
  checks: [
    oneOf('offboardings_state_check', 'state', offboardingStates),
    { name: 'offboardings_closed_check', expression: "(state = 'open') = (closed_at is null)" },
    { name: 'offboardings_completed_check', expression: "state <> 'completed' or completed_by is not null" },
  ],
});
export type Offboarding = InferEntity<typeof Offboarding>;

/**
 * A due moment of a last day: `days` before it or after it. It fires once, whatever the zone and however often
 * the date moves away and comes back, or is skipped for a reason.
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
    dueAt: moment(),
    firedAt: moment().nullable(),
    skippedAt: moment().nullable(),
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
      // For the count of what is due alone: in these words nothing about one leaver is looked for here.
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
