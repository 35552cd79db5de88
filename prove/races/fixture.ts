import type pg from 'pg';
import type { Database } from '../../database/core/orm.ts';
import { setEndDate } from '../../database/offboarding/offboardings.ts';
import { addDays, type CalendarDate, todayIn } from '../../domain/dates.ts';

/** A few people and a few things, so that clients get in each other's way. */
export interface Fixture {
  people: number[];
  assets: number[];
  licenses: number[];
  /** The newest audit entry when everything was in place. */
  baseline: number;
}

/** How many people can have a seat of one license at the same time. */
export const seatsPerLicense = 2;

/**
 * Makes a company: somebody who manages the second person, who manages the third and fourth; the fifth has no
 * manager. The second and the fifth leave soon.
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

/** A date so many days from today. */
export const daysAhead = (days: number): CalendarDate => addDays(todayIn('UTC', new Date()), days);

async function idsOf(pool: pg.Pool, text: string, values: unknown[] = []): Promise<number[]> {
  const { rows } = await pool.query<{ id: number }>(text, values);
  return rows.map(({ id }) => id);
}

const idOf = async (pool: pg.Pool, text: string, values?: unknown[]) => (await idsOf(pool, text, values))[0]!;
