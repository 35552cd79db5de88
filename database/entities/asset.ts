import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import {
  type AssetStatus,
  assetStatuses,
  type ReturnCondition,
  returnConditions,
} from '../../domain/assets.ts';
import { id, oneOf, timestamp, writtenAt } from './columns.ts';
import { belongsToUser, liveWhile } from './foreign-keys.ts';
import { waitingCheck, waitingColumns, waitingIndexes } from './waiting.ts';

/** A device the company owns. */
export const Asset = defineEntity({
  name: 'Asset',
  tableName: 'assets',
  properties: {
    id: id(),
    tag: p.text(),
    /** Another asset had an equal tag before equal tags were refused. */
    tagIsDuplicate: p.boolean().default(false),
    serial: p.text().nullable(),
    model: p.text(),
    location: p.text().nullable(),
    status: p.text().$type<AssetStatus>().default('in_stock'),
    condition: p.text().$type<ReturnCondition>().nullable(),
    /** False while an open correction says that it is still with its former holder. A trigger sets it. */
    assignable: p.boolean().default(true),
    createdAt: writtenAt(),
  },
  uniques: [{ name: 'assets_id_assignable_unique', properties: ['id', 'assignable'] }],
  indexes: [
    { name: 'assets_status_index', properties: ['status', 'id'] },
    { name: 'assets_tag_index', properties: ['tag', 'id'] },
    {
      name: 'assets_model_index',
      expression: 'create index assets_model_index on assets (lower(model), id)',
    },
    {
      name: 'assets_location_index',
      expression: 'create index assets_location_index on assets (lower(location), id)',
    },
    {
      name: 'assets_serial_index',
      expression: 'create index assets_serial_index on assets (folded(serial)) where serial is not null',
    },
  ],
  checks: [
    oneOf('assets_status_check', 'status', assetStatuses),
    oneOf('assets_condition_check', 'condition', returnConditions),
  ],
});
export type Asset = InferEntity<typeof Asset>;

/** One asset that one user has or had. */
export const Assignment = defineEntity({
  name: 'Assignment',
  tableName: 'assignments',
  properties: {
    id: id(),
    assetId: () =>
      p
        .manyToOne(Asset)
        .mapToPk()
        .fieldName('asset_id')
        .deleteRule('no action')
        .updateRule('no action')
        .index('assignments_asset_id_index'),
    userId: () => belongsToUser(),
    assignedAt: writtenAt(),
    returnedAt: timestamp().nullable(),
    condition: p.text().$type<ReturnCondition>().nullable(),
    note: p.text().nullable(),
    /** When the assignment was undone because it was a mistake; such an asset never came back. */
    undoneAt: timestamp().nullable(),
    /** The location of the asset before its recovery, for undoing the recovery. */
    previousLocation: p.text().nullable(),
    ...waitingColumns,
    live: liveWhile('(returned_at IS NULL)'),
  },
  uniques: [{ name: 'assignments_one_holder', properties: ['assetId'], where: 'returned_at IS NULL' }],
  indexes: [
    { name: 'assignments_user_live_index', properties: ['userId', 'live'] },
    ...waitingIndexes('assignments'),
  ],
  checks: [
    oneOf('assignments_condition_check', 'condition', returnConditions),
    { name: 'assignments_undone_check', expression: 'undone_at is null or returned_at is not null' },
    waitingCheck('assignments'),
  ],
});
export type Assignment = InferEntity<typeof Assignment>;
