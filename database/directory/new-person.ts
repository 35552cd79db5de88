import { sql } from 'kysely';
import type { AccountAttributes } from '../../domain/directory/account.ts';
import { factsOf, firstAddressOf, nameOf } from '../../domain/directory/account-facts.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { storedEmail } from '../people/stored-email.ts';

/**
 * Adds the person of an account and returns the id. The employee number is HR's id, so that HR finds the same person; an
 * erased person keeps theirs. When an admin decided that the account is somebody new, an address or an id that another
 * person has is left out.
 */
export async function insertPerson(
  em: EntityManager,
  attributes: AccountAttributes,
  isDecided: boolean,
): Promise<number> {
  const { jobTitle, department, timeZone } = factsOf(attributes);
  const email = firstAddressOf(attributes);
  const address = email === null ? null : storedEmail(email);
  const { employeeNumber, active } = attributes;
  const { rows } = await sql<{ id: number }>`
    insert into users (name, email, external_id, job_title, department, time_zone, directory_inactive)
    select ${nameOf(attributes)},
      case when not (${isDecided} and person_with_email(${address}::text) is not null) then ${address}::text end,
      case when not exists (
        select from users where id = person_with_external_id(${employeeNumber}::text)
          and (${isDecided} or erased_at is not null)) then ${employeeNumber}::text end,
      ${jobTitle}, ${department}, ${timeZone}, ${!active}
    returning id`.execute(sqlOf(em));
  return rows[0]!.id;
}
