import { sql } from 'kysely';
import { loopsIn } from '../../domain/manager-chains.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** A person in a loop; the next one in the list is their manager, and the first one the last one's. */
export interface PersonInLoop {
  id: number;
  name: string;
  externalId: string | null;
}

/**
 * Every loop of people who are each other's managers, by one statement. No change makes a new loop; those that are
 * stored stay until a person resolves them.
 */
export async function reportingLoops(em: EntityManager): Promise<PersonInLoop[][]> {
  // A person without reports is in no loop, which leaves out most people.
  const { rows } = await sql<PersonInLoop & { managerId: number }>`
    select u.id, u.name, u.external_id as "externalId", u.manager_id as "managerId" from users u
    where u.manager_id is not null and exists (select from users r where r.manager_id = u.id)
    order by u.id`.execute(sqlOf(em));
  const people = new Map(rows.map(({ managerId: _, ...person }) => [person.id, person]));
  const managerOf = new Map(rows.map(({ id, managerId }) => [id, managerId]));
  return loopsIn(managerOf).map((loop) => loop.map((id) => people.get(id)!));
}
