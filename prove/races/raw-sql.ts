import type pg from 'pg';
import type { Random } from '../random.ts';
import { type Fixture, seatsPerLicense } from './fixture.ts';

/** Statements of a SQL client with the application's role, which takes no lock and bypasses Lastday. */
const statements: Record<string, (random: Random, company: Fixture) => [text: string, values: unknown[]]> = {
  'hand out an asset': (random, { people, assets }) => [
    'insert into assignments (asset_id, user_id) values ($1, $2)',
    [random.pick(assets), random.pick(people)],
  ],
  'take an asset back': (random, { assets }) => [
    'update assignments set returned_at = now() where asset_id = $1 and returned_at is null',
    [random.pick(assets)],
  ],
  'hand a returned asset out again': (random, { people }) => [
    'update assignments set returned_at = null where id = (select max(id) from assignments where user_id = $1)',
    [random.pick(people)],
  ],
  'give a seat': (random, { people, licenses }) => [
    'insert into seats (license_id, user_id) values ($1, $2)',
    [random.pick(licenses), random.pick(people)],
  ],
  'take seats back': (random, { people }) => [
    'update seats set revoked_at = now() where user_id = $1 and revoked_at is null',
    [random.pick(people)],
  ],
  'make a request': (random, { people }) => [
    `insert into requests (user_id, item) values ($1, 'Raw SQL')`,
    [random.pick(people)],
  ],
  'close requests': (random, { people }) => [
    `update requests set status = 'cancelled' where user_id = $1 and status in ('pending', 'approved')`,
    [random.pick(people)],
  ],
  'open a closed request again': (random, { people }) => [
    `update requests set status = 'pending' where id = (select max(id) from requests where user_id = $1)`,
    [random.pick(people)],
  ],
  'change a manager': (random, { people }) => [
    'update users set manager_id = $2 where id = $1',
    [random.pick(people), random.pick([...people, null])],
  ],
  'complete a person': (random, { people }) => [
    `update users set status = 'offboarded', end_date = coalesce(end_date, current_date), offboarding_completed_at = now()
     where id = $1 and offboarding_completed_at is null`,
    [random.pick(people)],
  ],
  'move an assignment to another person': (random, { people, assets }) => [
    'update assignments set user_id = $2 where id = (select max(id) from assignments where asset_id = $1)',
    [random.pick(assets), random.pick(people)],
  ],
  'move a seat': (random, { people, licenses }) => [
    `update seats set user_id = $2, license_id = $3 where id = (select max(id) from seats where user_id = $1)`,
    [random.pick(people), random.pick(people), random.pick(licenses)],
  ],
  'change how many seats there are': (random, { licenses }) => [
    'update licenses set seats_total = $2 where id = $1',
    [random.pick(licenses), random.below(seatsPerLicense + 1)],
  ],
  'say that fewer seats are in use': (random, { licenses }) => [
    'update licenses set seats_used = 0 where id = $1',
    [random.pick(licenses)],
  ],
  'take a completion back': (random, { people }) => [
    'update users set offboarding_completed_at = null where id = $1 and offboarding_completed_at is not null',
    [random.pick(people)],
  ],
  'open an offboarding beside': (random, { people }) => [
    `insert into offboardings (user_id, opened_by) values ($1, 'sql')`,
    [random.pick(people)],
  ],
  'open a closed offboarding again': (random, { people }) => [
    `update offboardings set state = 'open' where user_id = $1 and state <> 'open'`,
    [random.pick(people)],
  ],
  'rewrite the audit trail': (random, { people }) => [
    `update audit_entries set actor = 'sql' where user_id = $1`,
    [random.pick(people)],
  ],
  'lock a person for 50 ms': (random, { people }) => [
    'select pg_sleep(0.05) from users where id = $1 for update',
    [random.pick(people)],
  ],
};

/** Counts of the outcomes: done, nothing to do, or refused with an SQLSTATE. */
export type Tally = Record<string, number>;

/** Violations of a foreign key, a unique key or a check, and missing privileges. */
export const refusals = ['refused 23503', 'refused 23505', 'refused 23514', 'refused 42501'] as const;

/** Runs `count` random statements. Throws every error that is not a refusal or a deadlock. */
export async function runRawSql(
  random: Random,
  pool: pg.Pool,
  company: Fixture,
  count: number,
): Promise<Tally> {
  const tally: Tally = {};
  for (let done = 0; done < count; done++) {
    const [text, values] = statements[random.pick(Object.keys(statements))]!(random, company);
    const outcome = await pool
      .query(text, values)
      .then(({ rowCount }) => (rowCount === 0 ? 'nothing to do' : 'done'), refusal);
    tally[outcome] = (tally[outcome] ?? 0) + 1;
  }
  return tally;
}

function refusal(error: { code?: string }): string {
  const refused = `refused ${error.code}`;
  // 40P01: PostgreSQL has ended a deadlock.
  if (error.code === '40P01' || (refusals as readonly string[]).includes(refused)) return refused;
  throw error;
}
