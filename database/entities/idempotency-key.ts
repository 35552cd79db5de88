import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { timestamp, writtenAt } from './columns.ts';

/** The response to an API call, as it was sent. */
export interface StoredAnswer {
  status: number;
  headers: Record<string, string>;
  /** JSON. */
  body: string;
}

/**
 * An API call with an Idempotency-Key. A repeated call with the same key gets the stored response and has no effect.
 * Rows are kept for two days.
 */
export const IdempotencyKey = defineEntity({
  name: 'IdempotencyKey',
  tableName: 'idempotency_keys',
  properties: {
    tokenId: p.integer().primary(),
    key: p.text().primary(),
    /** A hash of method, address and body. */
    fingerprint: p.text(),
    answer: p.json<StoredAnswer>().nullable(),
    createdAt: writtenAt(),
    /** Set while a call waits for Temporal. Another call with the same key is refused until then. */
    runningUntil: timestamp().nullable(),
  },
  indexes: [{ name: 'idempotency_keys_created_at_index', properties: ['createdAt'] }],
});
export type IdempotencyKey = InferEntity<typeof IdempotencyKey>;
