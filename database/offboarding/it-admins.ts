import { type RawBuilder, sql } from 'kysely';
import { hasAccess } from '../access/has-access.ts';

/**
 * SQL condition on a row of `users`: an IT admin, or an admin or super-admin when no IT admin with access exists besides the
 * person.
 */
export const itAdmins = (
  personId: number | RawBuilder<unknown>,
) => sql<boolean>`(role = 'it-admin' or (role in ('admin', 'super-admin')
  and not exists (select from users where role = 'it-admin' and ${hasAccess} and id <> ${personId})))`;
