import { sql } from 'kysely';
import type { Database } from '../../database/core/orm.ts';
import { sqlOf } from '../../database/core/tables.ts';

/** A stored reminder of a user's latest offboarding, with its state. */
export interface Moment {
  id: number;
  /** `7 before`, `over`, `3 overdue`. */
  name: string;
  dueAt: Date;
  /** `fired`, `waiting`, or the reason why it was skipped. */
  became: string;
}

/** The reminders of a user's latest offboarding, in the order they are due. */
export async function momentsOf({ em }: Database, userId: number): Promise<Moment[]> {
  const { rows } = await sql<Moment>`
    select id, due_at as "dueAt",
      case kind when 'before_last_day' then days || ' before' when 'overdue' then days || ' overdue' else 'over' end as name,
      case when fired_at is not null then 'fired' when skipped_at is not null then skip_reason else 'waiting' end as became
    from reminders where offboarding_id = (select max(id) from offboardings where user_id = ${userId})
    order by due_at, id`.execute(sqlOf(em.fork()));
  return rows;
}

/** The same as strings: `7 before 2026-12-17T00:00 waiting`. */
export const momentLines = async (database: Database, userId: number): Promise<string[]> =>
  (await momentsOf(database, userId)).map(
    ({ name, dueAt, became }) => `${name} ${dueAt.toISOString().slice(0, 16)} ${became}`,
  );

/** The same without times: `7 before waiting`. */
export const momentStates = async (database: Database, userId: number): Promise<string[]> =>
  (await momentsOf(database, userId)).map(({ name, became }) => `${name} ${became}`);

/** The reminder of a name that was stored last. Throws if there is none. */
export async function momentNamed(database: Database, userId: number, name: string): Promise<Moment> {
  const found = (await momentsOf(database, userId)).filter((moment) => moment.name === name);
  const [latest] = found.sort((a, b) => b.id - a.id);
  if (latest === undefined) throw new Error(`User ${userId} has no moment "${name}"`);
  return latest;
}
