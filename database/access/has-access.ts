import { sql } from 'kysely';

/**
 * SQL condition: a row of `users` may sign in, get items and be notified. A status other than active ends that, and so does
 * a directory, which changes no status. `userHasAccess` is the same for a table with another name.
 */
export const hasAccess = sql<boolean>`(status = 'active' and not directory_inactive)`;

/** `hasAccess` of the row with this alias. */
export const userHasAccess = (alias: string) =>
  sql<boolean>`(${sql.ref(`${alias}.status`)} = 'active' and not ${sql.ref(`${alias}.directory_inactive`)})`;

/**
 * SQL condition: a directory ended the access of the row of `users` with this alias, who has not completed. The index
 * `users_inactive_index` repeats it.
 */
export const isInactive = (alias: string) =>
  sql<boolean>`(${sql.ref(`${alias}.directory_inactive`)} and ${sql.ref(`${alias}.offboarding_completed_at`)} is null)`;
