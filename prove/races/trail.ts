import type pg from 'pg';
import type { Fixture } from './fixture.ts';

/** One entry of the audit trail. */
export interface Entry {
  id: number;
  action: string;
  userId: number;
  // biome-ignore lint/suspicious/noExplicitAny: each action has its own details
  details: any;
}

/** What one transaction left in the audit trail. Moments in epoch milliseconds. */
export interface Transaction {
  actor: string;
  /** When it began: before it locked anybody. */
  at: number;
  entries: Entry[];
}

/**
 * The transactions that changed something about a company's people since it was made, in the order of their
 * entries. An entry's id is drawn while its person is locked, so about one person, and about one asset, this
 * is the order in which the transactions happened.
 */
export async function trailOf(pool: pg.Pool, { people, baseline }: Fixture): Promise<Transaction[]> {
  const { rows } = await pool.query<Transaction & { tx: string }>(
    `select xmin::text as tx, actor, extract(epoch from min(at))::float8 * 1000 as at,
       jsonb_agg(jsonb_build_object('id', id, 'action', action, 'userId', user_id, 'details', details) order by id) as entries
     from audit_entries where id > $2 and user_id = any($1)
     group by xmin::text, actor order by min(id)`,
    [people, baseline],
  );
  return rows;
}

/** Whether a transaction changed anything about a person. */
export const concerns = ({ entries }: Transaction, userId: number): boolean =>
  entries.some((entry) => entry.userId === userId);

/** Whether a transaction moved an asset. */
export const moves = ({ entries }: Transaction, assetId: number): boolean =>
  entries.some(({ details }) => details.assetId === assetId);

/** A transaction in one line, for a message. */
export const inOneLine = ({ actor, entries }: Transaction): string =>
  `${actor}: ${entries.map(({ action, userId, details }) => `${action} of ${userId} ${JSON.stringify(details)}`).join(', ')}`;
