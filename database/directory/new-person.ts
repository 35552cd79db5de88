import { sql } from 'kysely';
import type { AccountAttributes } from '../../domain/directory/account.ts';
import { factsOf, nameOf } from '../../domain/directory/account-facts.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { storedEmail } from '../people/stored-email.ts';

/**
 * Adds the person of an account and returns the id. The employee number is HR's id, so that HR finds the same person. When
 * an admin decided that the account is somebody new, an address or an id that another person has is left out.
 */
export async function insertPerson(
  em: EntityManager,
  attributes: AccountAttributes,
  isDecided: boolean,
): Promise<number> {
  const { email, jobTitle, department, timeZone } = factsOf(attributes);
  const address = email === null ? null : storedEmail(email);
  const { employeeNumber, active } = attributes;
  const free = (value: string | null, owner: 'person_with_email' | 'person_with_external_id') =>
    isDecided
      ? sql`case when ${sql.raw(owner)}(${value}::text) is null then ${value}::text end`
      : sql`${value}`;
  const { rows } = await sql<{ id: number }>`
    insert into users (name, email, external_id, job_title, department, time_zone, directory_inactive)
    values (${nameOf(attributes)}, ${free(address, 'person_with_email')},
      ${free(employeeNumber, 'person_with_external_id')}, ${jobTitle}, ${department}, ${timeZone}, ${!active})
    returning id`.execute(sqlOf(em));
  return rows[0]!.id;
}
