import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { type ReminderKind, reminderKinds } from '../../domain/reminders.ts';
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
    closedAt: moment().nullable(),
    completedBy: p.text().nullable(),
    cancelledBy: p.text().nullable(),
    /** The step of the process that failed for good and waits for a person, or null. */
    failedStep: p.text().nullable(),
  },
  uniques: [{ name: 'offboardings_one_open', properties: ['userId'], where: "state = 'open'" }],
  indexes: [
    {
      name: 'offboardings_open_index',
      expression: "create index offboardings_open_index on offboardings (id) where state = 'open'",
    },
  ],
  checks: [
    oneOf('offboardings_state_check', 'state', offboardingStates),
    { name: 'offboardings_closed_check', expression: "(state = 'open') = (closed_at is null)" },
    { name: 'offboardings_completed_check', expression: "state <> 'completed' or completed_by is not null" },
  ],
});
export type Offboarding = InferEntity<typeof Offboarding>;

/** A due moment of an offboarding: fires once, or is skipped when the date moved away from it. */
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
    kind: p.text().$type<ReminderKind>(),
    dueAt: moment(),
    firedAt: moment().nullable(),
    skippedAt: moment().nullable(),
  },
  uniques: [{ name: 'reminders_moment_unique', properties: ['offboardingId', 'kind', 'dueAt'] }],
  checks: [oneOf('reminders_kind_check', 'kind', reminderKinds)],
});
export type Reminder = InferEntity<typeof Reminder>;
