import { sql } from 'kysely';
import { circlesIn } from '../../domain/manager-chains.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** A person in a circle; the next one in the list is their manager, and the first one the last one's. */
export interface PersonInCircle {
  id: number;
  name: string;
  externalId: string | null;
}

/**
 * Every circle of people who are each other's managers, by one statement. No change makes a new circle; those that are
 * stored stay until a person resolves them.
 */
export async function managerCircles(em: EntityManager): Promise<PersonInCircle[][]> {
  // A person without reports is in no circle, which leaves out most people.
  const { rows } = await sql<PersonInCircle & { managerId: number }>`
    select u.id, u.name, u.external_id as "externalId", u.manager_id as "managerId" from users u
    where u.manager_id is not null and exists (select from users r where r.manager_id = u.id)
    order by u.id`.execute(sqlOf(em));
  const people = new Map(rows.map(({ managerId: _, ...person }) => [person.id, person]));
  const managerOf = new Map(rows.map(({ id, managerId }) => [id, managerId]));
  return circlesIn(managerOf).map((circle) => circle.map((id) => people.get(id)!));
}
