import { p } from '@mikro-orm/core';
import { User } from './user.ts';

/** The user a row belongs to, as a plain key. */
export const belongsToUser = <Column extends string = 'user_id'>(column = 'user_id' as Column) =>
  p.manyToOne(User).mapToPk().fieldName(column).deleteRule('no action').updateRule('no action');

/**
 * The gate, as a key: an open item points at (users.id, users.assignable) through its generated `live`
 * column, which is true while the item is open and NULL afterwards. The property only declares the key;
 * nothing is read or written through it. `live` must be declared after it.
 */
export const assignableUser = (foreignKeyName: string) =>
  p
    .manyToOne(User)
    .joinColumns('user_id', 'live')
    .referencedColumnNames('id', 'assignable')
    .ownColumns()
    .columnTypes('integer', 'boolean')
    .nullable()
    .foreignKeyName(foreignKeyName)
    .deleteRule('no action')
    .updateRule('no action')
    .hidden()
    .hydrate(false);

/** True while `open` holds, else NULL. `open` must be spelled as PostgreSQL prints it. */
export const liveWhile = (open: string) =>
  p.boolean().generated(`(CASE WHEN ${open} THEN true ELSE NULL::boolean END) stored`).nullable();
