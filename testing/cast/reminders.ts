import { sql } from 'kysely';
import type { Database } from '../../database/core/orm.ts';
import { sqlOf } from '../../database/core/tables.ts';

/** A stored reminder of a user's latest offboarding, with its state. */
export interface StoredReminder {
  id: number;
  /** `7 before`, `over`, `3 overdue`. */
  name: string;
  dueAt: Date;
  /** `fired`, `waiting`, or the reason why it was skipped. */
  state: string;
}

/** The reminders of a user's latest offboarding, in the order they are due. */
export async function remindersOf({ em }: Database, userId: number): Promise<StoredReminder[]> {
  const { rows } = await sql<StoredReminder>`
    select id, due_at as "dueAt",
      case kind when 'before_last_day' then days || ' before' when 'overdue' then days || ' overdue' else 'over' end as name,
      case when fired_at is not null then 'fired' when skipped_at is not null then skip_reason else 'waiting' end as state
    from reminders where offboarding_id = (select max(id) from offboardings where user_id = ${userId})
    order by due_at, id`.execute(sqlOf(em.fork()));
  return rows;
}

/** The same as strings: `7 before 2026-12-17T00:00 waiting`. */
export const reminderLines = async (database: Database, userId: number): Promise<string[]> =>
  (await remindersOf(database, userId)).map(
    ({ name, dueAt, state }) => `${name} ${dueAt.toISOString().slice(0, 16)} ${state}`,
  );

/** The same without times: `7 before waiting`. */
export const reminderStates = async (database: Database, userId: number): Promise<string[]> =>
  (await remindersOf(database, userId)).map(({ name, state }) => `${name} ${state}`);

/** The reminder of a name that was stored last. Throws if there is none. */
export async function reminderNamed(
  database: Database,
  userId: number,
  name: string,
): Promise<StoredReminder> {
  const found = (await remindersOf(database, userId)).filter((reminder) => reminder.name === name);
  const [latest] = found.sort((a, b) => b.id - a.id);
  if (latest === undefined) throw new Error(`User ${userId} has no reminder "${name}"`);
  return latest;
}
