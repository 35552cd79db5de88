import { type RawBuilder, sql } from 'kysely';
import { actorIdIn } from '../../core/actor-sql.ts';

/** Who did something, and when. Without an audit entry, as after a change by raw SQL, the actor is null. */
export interface Step {
  at: string;
  by: string | null;
  byName: string | null;
}

const nameOf = (actor: RawBuilder<unknown>) => sql`(select name from users where id = ${actorIdIn(actor)})`;

/** A Step as JSON. */
export const step = (at: RawBuilder<unknown>, by: RawBuilder<unknown>) =>
  sql`jsonb_build_object('at', ${at}, 'by', ${by}, 'byName', ${nameOf(by)})`;

/** An array of JSON objects, empty instead of null. */
export const listOf = (item: RawBuilder<unknown>, order: RawBuilder<unknown>) =>
  sql`coalesce(jsonb_agg(${item} order by ${order}), '[]')`;
