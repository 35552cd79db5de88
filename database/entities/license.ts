import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { id, timestamp, writtenAt } from './columns.ts';
import { belongsToUser, liveWhile } from './foreign-keys.ts';
import { waitingCheck, waitingColumns, waitingIndexes } from './waiting.ts';

/** Software licensed by the seat; its name and its vendor tell it from others. A trigger counts `seatsUsed`, so that concurrent calls cannot assign a seat twice. */
export const License = defineEntity({
  name: 'License',
  tableName: 'licenses',
  properties: {
    id: id(),
    name: p.text(),
    /** Another license had an equal name and vendor before equal ones were refused. */
    nameIsDuplicate: p.boolean().default(false),
    vendor: p.text().nullable(),
    seatsTotal: p.integer(),
    seatsUsed: p.integer().default(0),
    createdAt: writtenAt(),
  },
  indexes: [
    {
      name: 'licenses_name_unique',
      expression:
        "create unique index licenses_name_unique on licenses (folded(name), folded(coalesce(vendor, ''))) where not name_is_duplicate",
    },
    {
      name: 'licenses_name_duplicates_index',
      expression:
        'create index licenses_name_duplicates_index on licenses (folded(name)) where name_is_duplicate',
    },
  ],
  checks: [{ name: 'licenses_seats_check', expression: 'seats_used >= 0 and seats_used <= seats_total' }],
});
export type License = InferEntity<typeof License>;

/** One seat of a license that one user has or had. */
export const Seat = defineEntity({
  name: 'Seat',
  tableName: 'seats',
  properties: {
    id: id(),
    licenseId: () =>
      p
        .manyToOne(License)
        .mapToPk()
        .fieldName('license_id')
        .deleteRule('no action')
        .updateRule('no action')
        .index('seats_license_id_index'),
    userId: () => belongsToUser(),
    assignedAt: writtenAt(),
    revokedAt: timestamp().nullable(),
    ...waitingColumns,
    live: liveWhile('(revoked_at IS NULL)'),
  },
  uniques: [{ name: 'seats_one_per_user', properties: ['licenseId', 'userId'], where: 'revoked_at IS NULL' }],
  indexes: [
    { name: 'seats_user_live_index', properties: ['userId', 'live'] },
    {
      name: 'seats_revoked_index',
      expression:
        'create index seats_revoked_index on seats (license_id, revoked_at desc, id desc) where revoked_at is not null',
    },
    ...waitingIndexes('seats'),
  ],
  checks: [waitingCheck('seats')],
});
export type Seat = InferEntity<typeof Seat>;
