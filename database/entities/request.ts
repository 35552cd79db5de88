import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { type RequestStatus, requestStatuses } from '../../domain/offboarding/checklist.ts';
import { id, oneOf, timestamp, writtenAt } from './columns.ts';
import { belongsToUser, liveWhile } from './foreign-keys.ts';
import { waitingCheck, waitingColumns, waitingIndexes } from './waiting.ts';

/** A user's request for an item. */
export const Request = defineEntity({
  name: 'Request',
  tableName: 'requests',
  properties: {
    id: id(),
    userId: () => belongsToUser(),
    /** It has a default, because other systems insert only a person and a status. */
    item: p.text().default('Not specified'),
    reason: p.text().nullable(),
    status: p.text().$type<RequestStatus>().default('pending'),
    createdAt: writtenAt(),
    approvedAt: timestamp().nullable(),
    resolvedAt: timestamp().nullable(),
    /** What the person who resolved it wrote. */
    note: p.text().nullable(),
    ...waitingColumns,
    live: liveWhile("(status = ANY (ARRAY['pending'::text, 'approved'::text]))"),
  },
  indexes: [
    { name: 'requests_user_live_index', properties: ['userId', 'live'] },
    { name: 'requests_status_index', properties: ['status', 'id'] },
    { name: 'requests_created_at_index', properties: ['createdAt', 'id'] },
    {
      name: 'requests_waiting_index',
      expression:
        "create index requests_waiting_index on requests (created_at, id) where status in ('pending', 'approved')",
    },
    {
      name: 'requests_item_index',
      expression: 'create index requests_item_index on requests (lower(item), id)',
    },
    ...waitingIndexes('requests'),
  ],
  checks: [oneOf('requests_status_check', 'status', requestStatuses), waitingCheck('requests')],
});
export type Request = InferEntity<typeof Request>;
