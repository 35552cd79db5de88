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

/** The audit entries of one transaction. Times in epoch milliseconds. */
export interface Transaction {
  actor: string;
  /** The start of the transaction, before it locked a row. */
  at: number;
  entries: Entry[];
}

/**
 * Returns the transactions about a company's people since the baseline, in the order of their entries. An entry gets its
 * id while its person is locked, so this is the serial order for each person and each asset.
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

export const concerns = ({ entries }: Transaction, userId: number): boolean =>
  entries.some((entry) => entry.userId === userId);

export const moves = ({ entries }: Transaction, assetId: number): boolean =>
  entries.some(({ details }) => details.assetId === assetId);

export const describeTransaction = ({ actor, entries }: Transaction): string =>
  `${actor}: ${entries.map(({ action, userId, details }) => `${action} of ${userId} ${JSON.stringify(details)}`).join(', ')}`;
