import { p } from '@mikro-orm/core';
import { User } from './user.ts';

/** The user a row belongs to, as a plain key. */
export const belongsToUser = <Column extends string = 'user_id'>(column = 'user_id' as Column) =>
  p.manyToOne(User).mapToPk().fieldName(column).deleteRule('no action').updateRule('no action');

/**
 * A generated column that is true while `open` holds, else NULL. With the user's id it is the foreign key of the gate
 * (migration Laws). Write `open` as PostgreSQL prints it, because MikroORM compares the texts.
 */
export const liveWhile = (open: string) =>
  p.boolean().generated(`(CASE WHEN ${open} THEN true ELSE NULL::boolean END) stored`).nullable();
