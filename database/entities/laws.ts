import { p } from '@mikro-orm/core';
import { User } from './user.ts';

/** The user a row belongs to, as a plain key. */
export const belongsToUser = <Column extends string = 'user_id'>(column = 'user_id' as Column) =>
  p.manyToOne(User).mapToPk().fieldName(column).deleteRule('no action').updateRule('no action');

/**
 * True while `open` holds, else NULL: with the user's id it makes the key by which an open item points at a
 * user who may still be given things (migration Laws). `open` must be spelled as PostgreSQL prints it.
 */
export const liveWhile = (open: string) =>
  p.boolean().generated(`(CASE WHEN ${open} THEN true ELSE NULL::boolean END) stored`).nullable();
