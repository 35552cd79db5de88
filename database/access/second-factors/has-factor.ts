import { type RawBuilder, sql } from 'kysely';

/** SQL condition: the user with this id has a second factor. */
export const hasSecondFactor = (userId: RawBuilder<unknown>) => sql<boolean>`(
  exists (select from authenticator_apps f where f.user_id = ${userId})
  or exists (select from passkeys f where f.user_id = ${userId}))`;
