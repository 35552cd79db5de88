import type pg from 'pg';
import type { Database } from '../../database/core/orm.ts';
import { setEndDate } from '../../database/offboarding/offboardings.ts';
import { addDays, type CalendarDate, todayIn } from '../../domain/dates.ts';

/** A company with few people and few items, so that clients conflict. */
export interface Fixture {
  people: number[];
  assets: number[];
  licenses: number[];
  /** The newest audit entry after the company was created. */
  baseline: number;
}

export const seatsPerLicense = 2;

/**
 * Creates a company of five: the first manages the second, who manages the third and fourth. The second and the fifth
 * leave in ten days.
 */
export async function makeFixture(database: Database, pool: pg.Pool): Promise<Fixture> {
  const name = `c${++companies}`;
  const people: number[] = [];
  for (const managerOf of [null, 0, 1, 1, null]) {
    const managerId = managerOf === null ? null : people[managerOf];
    people.push(
      await idOf(
        pool,
        `insert into users (name, email, external_id, manager_id) values ($1, $2, $3, $4) returning id`,
        [
          `Person ${people.length} of ${name}`,
          `p${people.length}@${name}.example`,
          externalId(name, people.length),
          managerId,
        ],
      ),
    );
  }
  const assets = await idsOf(
    pool,
    `insert into assets (tag, model) select $1 || '-' || n, 'Laptop' from generate_series(1, 4) n returning id`,
    [name],
  );
  const licenses = await idsOf(
    pool,
    `insert into licenses (name, seats_total) select $1 || ' ' || n, $2 from generate_series(1, 2) n returning id`,
    [name, seatsPerLicense],
  );
  for (const leaver of [people[1]!, people[4]!]) {
    await setEndDate(database.em, 'system', leaver, daysAhead(10));
  }
  const baseline = await idOf(pool, 'select coalesce(max(id), 0) as id from audit_entries');
  return { people, assets, licenses, baseline };
}

let companies = 0;

const externalId = (company: string, number: number) => `${company}-${number}`;

/** Today plus `days`, in UTC. */
export const daysAhead = (days: number): CalendarDate => addDays(todayIn('UTC', new Date()), days);

async function idsOf(pool: pg.Pool, text: string, values: unknown[] = []): Promise<number[]> {
  const { rows } = await pool.query<{ id: number }>(text, values);
  return rows.map(({ id }) => id);
}

const idOf = async (pool: pg.Pool, text: string, values?: unknown[]) => (await idsOf(pool, text, values))[0]!;
