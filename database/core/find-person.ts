import { raw } from '@mikro-orm/postgresql';
import { sql } from 'kysely';

/**
 * SQL for the id of the person with an outside id, also one that a merged record had. Of people with equal ids, the one
 * who is spelled the same. Everything that finds a person by an outside id uses it.
 */
export const personWithExternalId = (externalId: string) =>
  sql<number | null>`person_with_external_id(${externalId})`;

/**
 * SQL for the id of the person who has an email now: people who completed an offboarding have given theirs up.
 * Of people with equal addresses, the one who is spelled the same. The address of a merged record leads to the one that
 * stays, unless someone else has it.
 */
export const personWithEmail = (email: string) => sql<number | null>`person_with_email(${email})`;

/**
 * Like `personWithExternalId`, as a filter of the entity manager on an id. With `$eq`, because MikroORM would look for the
 * bare SQL among the entities that it has loaded.
 */
export const idWithExternalId = (externalId: string) => ({
  $eq: raw('person_with_external_id(?)', [externalId]),
});
