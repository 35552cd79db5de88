import pg from 'pg';
import { durationsOf, inParallel, timeOf } from '../clock.ts';
import type { BenchEnvironment } from '../environment.ts';
import type { Row } from '../report.ts';
import { personNamed, sendMixedCalls } from './mixed-calls.ts';
import { provisionEverybody } from './provision-everybody.ts';
import { scimClient } from './scim-client.ts';

const perSecond = 25;
const seconds = 60;
const newPeople = 10_000;
const peopleOfManager = 10;
/** Calls that Entra sends at the same time. */
const concurrency = 8;

/** Measures what a directory sends: mixed calls at a steady rate while everybody has an account, and a first sync. */
export async function measureScim(environment: BenchEnvironment): Promise<Row[]> {
  const directory = await provisionEverybody(environment);
  const call = await scimClient(environment.databaseUrl, environment.address);
  await sendMixedCalls(call, directory, { perSecond, seconds: 4, from: 5_000 });
  await environment.untilQuiet();
  const times = await sendMixedCalls(call, directory, { perSecond, seconds });
  const kinds = [...times].map(([name, of]) => ({ what: `SCIM: ${name}`, ours: durationsOf(of) }));
  return [
    {
      what: `SCIM: ${perSecond} calls a second for ${seconds} s, ${environment.population.users} people`,
      ours: durationsOf([...times.values()].flat()),
      p95Within: 200,
    },
    ...kinds,
    ...(await measureFirstSync(environment, directory.run)),
  ];
}

/**
 * A directory's first sync against a web process with the usual limit of calls: it looks for each person, adds them with
 * their manager, who often comes later, and obeys `Retry-After`. Any error ends the measurement.
 */
async function measureFirstSync(environment: BenchEnvironment, run: string): Promise<Row[]> {
  const { address, stop } = await environment.startWeb();
  let waited = 0;
  const call = await scimClient(environment.databaseUrl, address, (seconds) => {
    waited = Math.max(waited, seconds);
  });
  const nameOf = (i: number) => `sync-${run}-${i}`;
  const ms = await timeOf(() =>
    inParallel(newPeople, concurrency, async (i) => {
      const userName = `${nameOf(i)}@idp.example`;
      const found = await call('GET', `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`);
      if (found?.totalResults !== 0) throw new Error(`${userName} exists`);
      await call('POST', '/Users', {
        ...personNamed(`Sync ${i}`, userName, nameOf(i)),
        'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': {
          manager: { value: nameOf(managerOf(i)) },
        },
      });
    }),
  );
  await stop();
  const bare = await addByBarePg(environment, run);
  return [
    { what: `SCIM: a first sync of ${newPeople}, two calls each`, ours: ms / 1_000, unit: ' s' },
    { what: `SCIM: the longest Retry-After in a first sync`, ours: waited, unit: ' s' },
    {
      what: 'SCIM: people added',
      ours: newPeople / (ms / 1_000),
      limit: newPeople / (bare / 1_000),
      limitIs: 'person, account and audit entries by bare pg, as many at a time',
    },
  ];
}

/** Half of the people name a manager who is there, the others one who comes near the end. */
const managerOf = (i: number): number =>
  i % 2 === 0 ? Math.floor(i / peopleOfManager) : newPeople - 1 - Math.floor(i / peopleOfManager);

/** Looks for each person and adds them, each in a transaction, and returns the milliseconds. */
async function addByBarePg({ databaseUrl }: BenchEnvironment, run: string): Promise<number> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: concurrency });
  const add = async (i: number) => {
    const client = await pool.connect();
    const name = `bare-${run}-${i}`;
    await client.query(
      'select from directory_accounts where folded(user_name) = folded($1) and hidden_at is null',
      [name],
    );
    await client.query('begin');
    const { rows } = await client.query(
      'insert into users (name, email, in_directory) values ($1, $2, true) returning id',
      [name, `${name}@idp.example`],
    );
    const { id } = rows[0];
    await client.query(
      `insert into directory_accounts (id, user_id, external_id, user_name, active, attributes)
       values (gen_random_uuid(), $1, $2, $2, true, $3)`,
      [id, name, JSON.stringify({ emails: [{ value: `${name}@idp.example`, type: 'work' }] })],
    );
    await client.query(
      `insert into audit_entries (actor, action, user_id, details)
       values ('system', 'user.created', $1, '{}'), ('system', 'account.created', $1, '{}')`,
      [id],
    );
    await client.query('commit');
    client.release();
  };
  const ms = await timeOf(() => inParallel(newPeople, concurrency, add));
  await pool.end();
  return ms;
}
