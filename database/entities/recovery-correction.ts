import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Actor } from '../../domain/actor.ts';
import { type ReturnCondition, returnConditions } from '../../domain/assets.ts';
import { Asset, Assignment } from './asset.ts';
import { id, oneOf, timestamp, writtenAt } from './columns.ts';
import { belongsToUser } from './foreign-keys.ts';

/**
 * An asset that is still with a person, although it was recovered and their offboarding is completed. It is open until
 * the asset is recovered. The migration Corrections has its foreign keys: an open one needs a completed person, and the
 * asset cannot be assigned.
 */
export const RecoveryCorrection = defineEntity({
  name: 'RecoveryCorrection',
  tableName: 'recovery_corrections',
  properties: {
    id: id(),
    /** The assignment that ended with the recovery. It stays as it is. */
    assignmentId: () =>
      p
        .manyToOne(Assignment)
        .mapToPk()
        .fieldName('assignment_id')
        .deleteRule('no action')
        .updateRule('no action')
        .index('recovery_corrections_assignment_id_index'),
    userId: () => belongsToUser(),
    assetId: () =>
      p.manyToOne(Asset).mapToPk().fieldName('asset_id').deleteRule('no action').updateRule('no action'),
    createdBy: p.text().$type<Actor>(),
    createdAt: writtenAt(),
    /** When the asset was recovered after all, with what was stated then. */
    closedAt: timestamp().nullable(),
    condition: p.text().$type<ReturnCondition>().nullable(),
    note: p.text().nullable(),
    /** What `users.assignable` has to be. */
    userAssignable: p
      .boolean()
      .generated('(CASE WHEN (closed_at IS NULL) THEN false ELSE NULL::boolean END) stored')
      .nullable(),
  },
  uniques: [{ name: 'recovery_corrections_one_open', properties: ['assetId'], where: 'closed_at IS NULL' }],
  indexes: [
    {
      name: 'recovery_corrections_open_user_index',
      expression:
        'create index recovery_corrections_open_user_index on recovery_corrections (user_id) where closed_at is null',
    },
  ],
  checks: [oneOf('recovery_corrections_condition_check', 'condition', returnConditions)],
});
export type RecoveryCorrection = InferEntity<typeof RecoveryCorrection>;
