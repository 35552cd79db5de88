import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { type RemovalKind, removalKinds } from '../../domain/access/removals.ts';
import { oneOf, writtenAt } from './columns.ts';

/** One value of one person or asset that a token takes away. It references no row, so that calls share no lock. */
const removal = () => ({
  tokenId: p.integer().primary(),
  kind: p.text().$type<RemovalKind>().primary(),
  /** The id of the person, or of the asset for a serial number. */
  subjectId: p.integer().primary(),
  /** The last time. */
  at: writtenAt(),
});

/** What a token took away. Rows are kept for an hour, in which they count. */
export const TokenRemoval = defineEntity({
  name: 'TokenRemoval',
  tableName: 'token_removals',
  properties: removal(),
  indexes: [{ name: 'token_removals_at_index', properties: ['at'] }],
  checks: [oneOf('token_removals_kind_check', 'kind', removalKinds)],
});
export type TokenRemoval = InferEntity<typeof TokenRemoval>;

/** What a token was not allowed to take away, for the super-admins. Rows are kept for some days. */
export const RefusedRemoval = defineEntity({
  name: 'RefusedRemoval',
  tableName: 'refused_removals',
  properties: {
    ...removal(),
    /** How many calls were refused. */
    calls: p.integer().default(1),
  },
  indexes: [{ name: 'refused_removals_at_index', properties: ['at'] }],
  checks: [oneOf('refused_removals_kind_check', 'kind', removalKinds)],
});
export type RefusedRemoval = InferEntity<typeof RefusedRemoval>;
