import { type RawBuilder, sql } from 'kysely';

/**
 * SQL condition on a row of `users`: an IT admin, or an admin or super-admin when no active IT admin exists besides the
 * person.
 */
export const itAdmins = (
  personId: number | RawBuilder<unknown>,
) => sql<boolean>`(role = 'it-admin' or (role in ('admin', 'super-admin')
  and not exists (select from users where role = 'it-admin' and status = 'active' and id <> ${personId})))`;
