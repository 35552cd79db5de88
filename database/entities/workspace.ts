import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { writtenAt } from './columns.ts';

/** The company's settings: one row. */
export const Workspace = defineEntity({
  name: 'Workspace',
  tableName: 'workspace',
  properties: {
    id: p.integer().primary(),
    name: p.text(),
    timeZone: p.text().default('UTC'),
  },
  checks: [{ name: 'workspace_one_row_check', expression: 'id = 1' }],
});
export type Workspace = InferEntity<typeof Workspace>;

/** A sign of life of each worker process, for /health. */
export const Heartbeat = defineEntity({
  name: 'Heartbeat',
  tableName: 'heartbeats',
  properties: {
    worker: p.text().primary(),
    seenAt: writtenAt(),
  },
});
export type Heartbeat = InferEntity<typeof Heartbeat>;
