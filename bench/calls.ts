import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createToken } from '../database/access/tokens.ts';
import { connect } from '../database/core/orm.ts';
import { addDays, todayIn } from '../domain/dates.ts';
import type { bareEngine } from './bare.ts';
import { throughputOf, timeOf } from './clock.ts';
import type { BenchEnvironment } from './environment.ts';
import type { Row } from './report.ts';

const calls = 300;
const concurrency = 20;
/** Calls that do not count, because code is several times slower on its first runs. */
const warmUp = 150;

/**
 * Measures end dates set by an HR system, from the first call to the last signal, against bare signalWithStart calls on
 * the same server. Measures the relay alone as well: from the outbox to the workflows.
 */
export async function measureCalls(
  environment: BenchEnvironment,
  engine: Awaited<ReturnType<typeof bareEngine>>,
): Promise<Row[]> {
  const database = await connect(environment.databaseUrl);
  const { value } = await createToken(database.em, 'system', {
    name: `bench ${randomUUID()}`,
    scopes: ['users:write'],
  });
  const people: { id: number; external_id: string }[] = await database.em.execute(
    `select id, external_id from users where end_date is null and status = 'active' and external_id is not null
     order by id desc limit ${2 * calls + warmUp}`,
  );
  const endDate = addDays(todayIn('UTC', new Date()), 40);
  const patch = async (i: number) => {
    const response = await fetch(
      `${environment.address}/api/v1/users/${encodeURIComponent(people[i]!.external_id)}`,
      {
        method: 'PATCH',
        headers: { Authorization: `Bearer ${value}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ endDate }),
      },
    );
    if (response.status !== 200)
      throw new Error(`The API answered ${response.status}: ${await response.text()}`);
    await response.arrayBuffer();
  };
  const untilAllSent = async () => {
    while ((await database.em.execute('select 1 from outbox where sent_at is null limit 1')).length > 0)
      await pause(20);
  };
  const run = randomUUID();
  const start = (i: number) => engine.signalWithStart(`bare-${run}-${i}`);
  const callBareWeb = (i: number) =>
    engine.askWeb({ what: 'move', userId: people[i]!.id, workflowId: `route-${run}-${i}` });
  for (const call of [start, callBareWeb, patch])
    await throughputOf(warmUp, concurrency, (i) => call(2 * calls + i));
  await untilAllSent();
  await environment.untilQuiet();
  const bare = await throughputOf(calls, concurrency, start);
  const bareWeb = await throughputOf(calls, concurrency, callBareWeb);
  const ours = await throughputOf(calls, concurrency, patch, untilAllSent);
  await environment.untilQuiet();
  await whilePaused(environment.processes.worker, () =>
    throughputOf(calls, concurrency, (i) => patch(calls + i)),
  );
  const relayed = calls / ((await timeOf(untilAllSent)) / 1_000);
  await database.close();
  return [
    {
      what: `${calls} end dates on record, from the database to the workflows`,
      ours: relayed,
      limit: bare,
      limitIs: 'bare signalWithStart',
    },
    {
      what: `${calls} end dates by HR, from call to workflow`,
      ours,
      limit: bare,
      limitIs: 'bare signalWithStart',
      atLeast: 0.8,
    },
    {
      what: `${calls} end dates by HR, from call to workflow`,
      ours,
      limit: bareWeb,
      limitIs: 'the same route without Lastday: node:http, as many statements by pg, signalWithStart',
    },
  ];
}

/** Pauses a process while `work` runs. */
async function whilePaused(pid: number, work: () => Promise<unknown>): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  try {
    await work();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}
