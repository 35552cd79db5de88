import { sql } from 'kysely';
import type { UserStatus } from '../../domain/user-status.ts';
import { hasAccess } from '../access/has-access.ts';
import type { EntityManager } from '../core/orm.ts';
import { contains, placeOfHit } from '../core/search.ts';
import { sqlOf } from '../core/tables.ts';

/** A person in the search results. */
export interface FoundPerson {
  id: number;
  name: string;
  email: string | null;
  externalId: string | null;
  department: string | null;
  jobTitle: string | null;
  status: UserStatus;
}

export interface FoundPeople {
  people: FoundPerson[];
  hasMore: boolean;
}

const shown = 8;

/**
 * Finds people by part of their name, email or external id, or by their whole id. People who may not receive
 * items come last. They are not left out, because the user should see why they cannot be chosen. Merged records are left
 * out, because they are the same person as another one.
 */
export async function searchPeople(em: EntityManager, text: string): Promise<FoundPeople> {
  if (text === '') return { people: [], hasMore: false };
  const { rows } = await sql<FoundPerson>`
    select id, name, email, external_id as "externalId", department, job_title as "jobTitle", status
    from users
    where (${contains(searched, text)} or id = ${idOf(text)}) and merged_into is null
    order by not ${hasAccess}, ${placeOfHit(searched, text)}, lower(name), id
    limit ${shown + 1}`.execute(sqlOf(em));
  return { people: rows.slice(0, shown), hasMore: rows.length > shown };
}

const searched = [sql`name`, sql`email`, sql`external_id`];

/** The id in the text, or 0, which no user has. */
const idOf = (text: string) => (/^\d{1,9}$/.test(text) ? Number(text) : 0);
