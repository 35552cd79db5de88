import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { moment, writtenAt } from './columns.ts';

/** The answer to a call of the API, as it was sent. */
export interface StoredAnswer {
  status: number;
  headers: Record<string, string>;
  /** JSON. */
  body: string;
}

/**
 * A call of the API under a key of its caller: asked again under the same key, it gets the same answer and has
 * no second effect. Kept for two days.
 */
export const IdempotencyKey = defineEntity({
  name: 'IdempotencyKey',
  tableName: 'idempotency_keys',
  properties: {
    tokenId: p.integer().primary(),
    key: p.text().primary(),
    /** What was asked: a hash of method, address and body. */
    fingerprint: p.text(),
    answer: p.json<StoredAnswer>().nullable(),
    createdAt: writtenAt(),
    /** While a call waits for the engine: until when another one under the same key is sent away. */
    runningUntil: moment().nullable(),
  },
  indexes: [{ name: 'idempotency_keys_created_at_index', properties: ['createdAt'] }],
});
export type IdempotencyKey = InferEntity<typeof IdempotencyKey>;
