import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { createToken } from '../database/access/tokens.ts';
import { connect } from '../database/core/orm.ts';
import { timeInTurns, timeOf } from './clock.ts';
import type { BenchEnvironment } from './environment.ts';
import type { Row } from './report.ts';
import { type Visitor, visit } from './visitor.ts';

const lines = 2_000;
const linesOfTransaction = 100;

/** For the comparison with open streams, which a longer import shows better. */
const linesBesideStreams = 10_000;
const turns = 3;
const sessions = 12;
const streamsOfSession = 8;

/** Measures an import of new people, from the upload to the last line, against inserting their rows with bare pg. */
export async function measureImport(environment: BenchEnvironment): Promise<Row[]> {
  const run = randomUUID().slice(0, 8);
  const ours = await timeOf(() => importPeople(environment, run, lines));
  const bare = await timeOf(() => insertPeople(environment, run));
  return [
    {
      what: `an import of ${lines} new people, lines`,
      ours: lines / (ours / 1_000),
      limit: lines / (bare / 1_000),
      limitIs: 'person and audit entry by bare pg',
    },
    await measureBesideStreams(environment, run),
  ];
}

/** Imports people with and without pages open that follow all changes, in turns. */
async function measureBesideStreams(environment: BenchEnvironment, run: string): Promise<Row> {
  const visitors: Visitor[] = [];
  // One after the other, because sign-ins at the same time count as guesses of the password.
  for (let i = 0; i < sessions; i++) visitors.push(await visit(environment));
  const importOf = (name: string) => (turn: number) =>
    importPeople(environment, `${run}-${name}-${turn}`, linesBesideStreams);
  const times = await timeInTurns(
    turns,
    {
      alone: importOf('alone'),
      async beside(turn) {
        const closing = new AbortController();
        const streams = visitors.flatMap((visitor) => Array(streamsOfSession).fill(visitor) as Visitor[]);
        await Promise.all(streams.map((visitor) => visitor.follow('queue imports', closing.signal)));
        await importOf('beside')(turn).finally(() => closing.abort());
      },
    },
    1,
  );
  return {
    what: `an import of ${linesBesideStreams} new people, ${sessions * streamsOfSession} streams open`,
    ours: times.beside,
    limit: times.alone,
    limitIs: 'without streams',
    atMost: 1.1,
  };
}

async function importPeople({ address, databaseUrl }: BenchEnvironment, run: string, lines: number) {
  const database = await connect(databaseUrl);
  const { value } = await createToken(database.em, 'system', {
    name: `bench ${run}`,
    scopes: ['imports:write'],
  });
  await database.close();
  const headers = { Authorization: `Bearer ${value}` };
  const people = Array.from({ length: lines }, (_, i) => `${run}-${i},Person ${i},${run}-${i}@bench.example`);
  const posted = await fetch(`${address}/api/v1/imports/users`, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'text/csv' },
    body: ['externalId,name,email', ...people].join('\n'),
  });
  if (posted.status !== 202) throw new Error(`The import answered ${posted.status}: ${await posted.text()}`);
  const { id } = (await posted.json()) as { id: number };
  for (;;) {
    const answer = await fetch(`${address}/api/v1/imports/${id}`, { headers });
    const { state, created } = (await answer.json()) as { state: string; created: number };
    if (state === 'done' && created === lines) return;
    if (state === 'failed' || state === 'done') throw new Error(`The import is ${state}, ${created} created`);
    await pause(50);
  }
}

async function insertPeople({ databaseUrl }: BenchEnvironment, run: string) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  for (let i = 0; i < lines; i++) {
    if (i % linesOfTransaction === 0) await client.query('begin');
    const inserted = await client.query(
      'insert into users (external_id, name, email) values ($1, $2, $3) returning id',
      [`bare-${run}-${i}`, `Person ${i}`, `bare-${run}-${i}@bench.example`],
    );
    await client.query(
      `insert into audit_entries (actor, action, user_id, details) values ('system', 'user.created', $1, '{}')`,
      [inserted.rows[0].id],
    );
    if ((i + 1) % linesOfTransaction === 0) await client.query('commit');
  }
  await client.end();
}
