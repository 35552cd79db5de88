import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Actor } from '../../domain/actor.ts';
import { writtenAt } from './columns.ts';
import { Offboarding } from './offboarding.ts';

/** A reminder that a person sent. The key allows one for each offboarding and day of the workspace. */
export const ReminderByHand = defineEntity({
  name: 'ReminderByHand',
  tableName: 'reminders_by_hand',
  properties: {
    offboardingId: () =>
      p
        .manyToOne(Offboarding)
        .mapToPk()
        .fieldName('offboarding_id')
        .deleteRule('no action')
        .updateRule('no action')
        .primary(),
    day: p.date().primary(),
    sentBy: p.text().$type<Actor>(),
    sentAt: writtenAt(),
  },
});
export type ReminderByHand = InferEntity<typeof ReminderByHand>;
