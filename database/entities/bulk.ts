import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Actor } from '../../domain/actor.ts';
import {
  type BulkKind,
  type BulkOutcome,
  type BulkRecovery,
  type BulkState,
  bulkKinds,
  bulkOutcomes,
  bulkStates,
} from '../../domain/bulk.ts';
import { id, oneOf, timestamp, writtenAt } from './columns.ts';
import { User } from './user.ts';

/** One order to do the same to many items. */
export const BulkAction = defineEntity({
  name: 'BulkAction',
  tableName: 'bulk_actions',
  properties: {
    id: id(),
    /** The form's token, so that sending the form twice acts once. */
    token: p.uuid().unique('bulk_actions_token_unique'),
    kind: p.text().$type<BulkKind>(),
    /** The person whose items they are; null when they are of several people. */
    userId: () =>
      p
        .manyToOne(User)
        .mapToPk()
        .fieldName('user_id')
        .deleteRule('no action')
        .updateRule('no action')
        .nullable(),
    actor: p.text().$type<Actor>(),
    state: p.text().$type<BulkState>().default('console'),
    createdAt: writtenAt(),
    endedAt: timestamp().nullable(),
  },
  indexes: [
    { name: 'bulk_actions_created_index', properties: ['createdAt'] },
    {
      name: 'bulk_actions_waiting_index',
      expression: "create index bulk_actions_waiting_index on bulk_actions (id) where state <> 'done'",
    },
  ],
  checks: [
    oneOf('bulk_actions_kind_check', 'kind', bulkKinds),
    oneOf('bulk_actions_state_check', 'state', bulkStates),
  ],
});
export type BulkAction = InferEntity<typeof BulkAction>;

/** One item of a bulk action, and what happened to it. */
export const BulkItem = defineEntity({
  name: 'BulkItem',
  tableName: 'bulk_items',
  properties: {
    actionId: () =>
      p
        .manyToOne(BulkAction)
        .mapToPk()
        .fieldName('action_id')
        .deleteRule('cascade')
        .updateRule('no action')
        .primary(),
    position: p.integer().primary(),
    /** The id of the seat, request, asset or person. */
    itemId: p.integer(),
    /** How a device comes back; null again once it is done. */
    recovery: p.json<BulkRecovery>().nullable(),
    /** The id of the Update, so that a repeat gets the same answer. */
    token: p.uuid().defaultRaw('gen_random_uuid()'),
    outcome: p.text().$type<BulkOutcome>().nullable(),
    reason: p.text().nullable(),
  },
  checks: [oneOf('bulk_items_outcome_check', 'outcome', bulkOutcomes)],
});
export type BulkItem = InferEntity<typeof BulkItem>;
