import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';

/** What the schema guarantees whatever client writes. Each query finds ids that break it. */
const invariants: Record<string, string> = {
  'has been offboarded and holds an asset': `
    select u.id from users u where offboarding_completed_at is not null
      and exists (select from assignments where user_id = u.id and returned_at is null)`,
  'has been offboarded and has a seat': `
    select u.id from users u where offboarding_completed_at is not null
      and exists (select from seats where user_id = u.id and revoked_at is null)`,
  'has been offboarded and has an open request': `
    select u.id from users u where offboarding_completed_at is not null
      and exists (select from requests where user_id = u.id and status in ('pending', 'approved'))`,
  'has been offboarded and manages a person': `
    select u.id from users u where offboarding_completed_at is not null
      and exists (select from users r where r.manager_id = u.id)`,
  'has been offboarded without the status or an end date': `
    select id from users where offboarding_completed_at is not null and (status <> 'offboarded' or end_date is null)`,
  'is an asset with two holders': `
    select asset_id as id from assignments where returned_at is null group by asset_id having count(*) > 1`,
  'is a license with more seats in use than it has': `
    select l.id from licenses l where seats_total <
      (select count(*) from seats where license_id = l.id and revoked_at is null)`,
  'is a license that counts its seats wrongly': `
    select l.id from licenses l where seats_used <>
      (select count(*) from seats where license_id = l.id and revoked_at is null)`,
  'has two seats of one license': `
    select user_id as id from seats where revoked_at is null group by user_id, license_id having count(*) > 1`,
  'has two open offboardings': `
    select user_id as id from offboardings where state = 'open' group by user_id having count(*) > 1`,
};

/** Returns the broken invariants of a database, in words, from one snapshot. */
export const brokenInvariants = (pool: pg.Pool): Promise<string[]> => findings(pool, invariants);

/** Checks the invariants every 50 ms while the work runs. Also returns the violations. */
export async function watchInvariants<T>(
  pool: pg.Pool,
  work: () => Promise<T>,
): Promise<{ result: T; violations: string[] }> {
  const violations = new Set<string>();
  let isOver = false;
  const check = async () => {
    for (const broken of await brokenInvariants(pool)) violations.add(broken);
  };
  const watch = async () => {
    while (!isOver) {
      await check();
      await pause(50);
    }
  };
  const watched = watch();
  try {
    const result = await work();
    await check();
    return { result, violations: [...violations] };
  } finally {
    isOver = true;
    await watched;
  }
}

/** Runs queries that find ids, in one statement. Each key is the text that follows a found id. */
export async function findings(
  pool: pg.Pool,
  queries: Record<string, string>,
  values: unknown[] = [],
): Promise<string[]> {
  const query = Object.entries(queries)
    .map(([words, each]) => `select ${literal(words)} as words, id::text from (${each}) found`)
    .join(' union all ');
  const { rows } = await pool.query<{ words: string; id: string }>(query, values);
  return rows.map(({ words, id }) => `${id} ${words}`);
}

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
