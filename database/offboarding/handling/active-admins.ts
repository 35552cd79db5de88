import { type RawBuilder, sql } from 'kysely';
import { hasAccess } from '../../access/has-access.ts';

/** An admin as an owner or a choice. */
export interface Admin {
  id: number;
  name: string;
}

/** More would not be read. */
const shown = 200;

/** The admins who can own leavers as JSON, by name, except one person. */
export const activeAdmins = (except: RawBuilder<unknown> = sql`0`) => sql<Admin[]>`(
  select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name) order by lower(a.name), a.id), '[]')
  from (
    select id, name from users where role <> 'employee' and ${hasAccess} and id <> ${except}
    order by lower(name), id limit ${shown}
  ) a)`;
