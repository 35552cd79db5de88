import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createToken } from '../database/access/tokens.ts';
import { connect, type Database } from '../database/core/orm.ts';
import { addDays, todayIn } from '../domain/dates.ts';
import { type Durations, durationsOf, inParallel, timeOf } from './clock.ts';
import type { BenchEnvironment } from './environment.ts';
import { memoryOf, shareOfCore } from './processes.ts';
import type { Row } from './report.ts';
import { type Visitor, visit } from './visitor.ts';

const idleSeconds = 60;
const admins = 200;
/** The average time between two clicks of an admin. */
const thinkMs = 5_000;
const clickingSeconds = 30;
const endDates = 5_000;
const hrConcurrency = 20;
const secondsBetweenSamples = 2;

/** Measures an environment while it is idle, under a burst of load, and under mixed load for `minutes`. */
export async function measureLoad(
  environment: BenchEnvironment,
  { minutes, say }: { minutes: number; say: (line: string) => void },
): Promise<Row[]> {
  const database = await connect(environment.databaseUrl);
  const hr = await hrSystem(environment, database);
  const visitor = await visit(environment);
  try {
    say(`  nothing, for ${idleSeconds} s`);
    const idle = await measureIdle(environment);
    say(`  ${admins} admins at once`);
    const together = await measureAdmins(visitor, hr);
    say(`  ${endDates} end dates at once`);
    const burst = await measureBurst(visitor, hr, database);
    await environment.untilQuiet();
    say(`  ${minutes} minutes of mixed load`);
    const soak = await measureSoak(environment, visitor, hr, minutes);
    return [...idle, ...together, ...burst, ...soak];
  } finally {
    await database.close();
  }
}

/** Measures each process's share of a core and its memory. */
async function measureIdle({ processes }: BenchEnvironment): Promise<Row[]> {
  const parts = Object.entries(processes);
  const shares = await Promise.all(parts.map(([, pid]) => shareOfCore(pid, idleSeconds)));
  return parts.flatMap(([part, pid], i) => [
    { what: `idle: ${part}, processor`, ours: shares[i]! * 100, unit: ' % of a core' },
    { what: `idle: ${part}, memory`, ours: memoryOf(pid), unit: ' MiB' },
  ]);
}

/** All admins open the queue at the same time. Then each clicks through pages with pauses. */
async function measureAdmins(visitor: Visitor, hr: HrSystem): Promise<Row[]> {
  const everybody = Array.from({ length: admins }, (_, i) => i);
  const first = await Promise.all(everybody.map(() => timeOf(() => visitor.get('/offboarding'))));
  const until = Date.now() + clickingSeconds * 1_000;
  const times: number[] = [];
  await Promise.all(
    everybody.map(async (admin) => {
      await pause(Math.random() * thinkMs);
      for (let click = admin; Date.now() < until; click++) {
        times.push(await timeOf(() => visitor.get(pageOf(hr, click))));
        await pause(thinkMs * (0.5 + Math.random()));
      }
    }),
  );
  return [
    { what: `${admins} admins open the queue at the same time`, ours: durationsOf(first) },
    {
      what: `${admins} admins click every ${thinkMs / 1_000} s: ${times.length} pages`,
      ours: durationsOf(times),
    },
  ];
}

/** The queue and the leavers' pages, in turns. */
const pageOf = ({ leavers }: HrSystem, click: number): string =>
  click % 2 === 0 ? '/offboarding' : `/offboarding/${leavers[click % leavers.length]!.id}`;

/** Moves many end dates as fast as possible. Measures the time to the last signal, and the console's pages meanwhile. */
async function measureBurst(visitor: Visitor, hr: HrSystem, { em }: Database): Promise<Row[]> {
  const count = Math.min(endDates, hr.leavers.length);
  const pages: number[] = [];
  let isOver = false;
  const watching = (async () => {
    for (let click = 0; !isOver; click++) {
      pages.push(await timeOf(() => visitor.get(pageOf(hr, click))));
      await pause(250);
    }
  })();
  let answered = 0;
  const known = await timeOf(async () => {
    answered = await timeOf(() => inParallel(count, hrConcurrency, hr.moveEndDate));
    while ((await em.execute('select 1 from outbox where sent_at is null limit 1')).length > 0)
      await pause(100);
  });
  isOver = true;
  await watching;
  return [
    { what: `${count} end dates by HR, until all calls are answered`, ours: answered / 1_000, unit: ' s' },
    { what: `${count} end dates by HR, until the last workflow knows`, ours: known / 1_000, unit: ' s' },
    { what: 'the console meanwhile', ours: durationsOf(pages) },
  ];
}

/** Runs pages, end dates and requests together. Compares the memory in the last quarter with the first quarter. */
async function measureSoak(environment: BenchEnvironment, visitor: Visitor, hr: HrSystem, minutes: number) {
  const until = Date.now() + minutes * 60_000;
  const times: number[] = [];
  const memory: { web: number; worker: number }[] = [];
  const sample = async () => ({
    web: await heapOf(environment),
    worker: memoryOf(environment.processes.worker),
  });
  const every = async (ms: number, work: (round: number) => Promise<unknown>) => {
    for (let round = 0; Date.now() < until; round++) {
      await work(round);
      await pause(ms);
    }
  };
  await Promise.all([
    every(100, async (round) => times.push(await timeOf(() => visitor.get(pageOf(hr, round))))),
    every(200, (round) => hr.moveEndDate(round)),
    every(1_000, (round) => hr.request(round)),
    every(secondsBetweenSamples * 1_000, async () => memory.push(await sample())),
  ]);
  const quarter = Math.ceil(memory.length / 4);
  const flat = (part: 'web' | 'worker', what: string): Row => ({
    what: `${what} at the end of ${minutes} minutes of mixed load`,
    ours: least(memory.slice(-quarter), part),
    limit: least(memory.slice(0, quarter), part),
    limitIs: 'in its first quarter',
    atMost: 1.1,
    unit: ' MiB',
  });
  return [
    { what: `pages during ${minutes} minutes of mixed load`, ours: durationsOf(times) as Durations },
    flat('web', "what the web process's heap holds"),
    flat('worker', "the worker's memory"),
  ];
}

type HrSystem = Awaited<ReturnType<typeof hrSystem>>;

/** A client of the API with a token, and the leavers it can change. */
async function hrSystem({ address }: BenchEnvironment, { em }: Database) {
  const { value } = await createToken(em, 'system', {
    name: `load ${randomUUID()}`,
    scopes: ['users:write', 'requests:write'],
  });
  const leavers: { id: number; external_id: string }[] = await em.execute(
    `select u.id, u.external_id from users u join offboardings o on o.user_id = u.id
     where o.state = 'open' and u.status = 'active' and u.end_date is not null and u.external_id is not null order by u.id`,
  );
  const today = todayIn('UTC', new Date());
  const call = async (method: string, path: string, body: object) => {
    const response = await fetch(`${address}/api/v1/users/${path}`, {
      method,
      headers: { Authorization: `Bearer ${value}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`The API answered ${response.status}: ${await response.text()}`);
    await response.arrayBuffer();
  };
  const personOf = (i: number) => encodeURIComponent(leavers[i % leavers.length]!.external_id);
  return {
    leavers,
    /** Sets a different date in each round through the leavers. */
    moveEndDate: (i: number) =>
      call('PATCH', personOf(i), {
        endDate: addDays(today, 20 + ((i + Math.floor(i / leavers.length)) % 60)),
      }),
    request: (i: number) => call('POST', `${personOf(i)}/requests`, { item: `Cable ${i}` }),
  };
}

/** The smallest sample, because it is the closest to the memory after a garbage collection. */
const least = <Name extends string>(samples: Record<Name, number>[], name: Name): number =>
  Math.min(...samples.map((sample) => sample[name]));

/** The used heap of the web process in MiB, including garbage that V8 has not collected yet. */
async function heapOf({ metricsAddress }: BenchEnvironment): Promise<number> {
  const metrics = await (await fetch(metricsAddress)).text();
  return Number(/^nodejs_heap_size_used_bytes(?:\{.*\})? (\S+)$/m.exec(metrics)?.[1]) / 2 ** 20;
}
