import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createToken } from '../database/access/tokens.ts';
import { connect, type Database } from '../database/core/orm.ts';
import { addDays, todayIn } from '../domain/dates.ts';
import { type Durations, durationsOf, timeOf } from './clock.ts';
import type { Place } from './environment.ts';
import { memoryOf, shareOfCore } from './processes.ts';
import type { Row } from './report.ts';
import { type Visitor, visit } from './visitor.ts';

const idleSeconds = 60;
const admins = 200;
/** How long an admin looks at a page before the next click, on average. */
const thinkMs = 5_000;
const clickingSeconds = 30;
const endDates = 5_000;
const hrWidth = 20;
const secondsBetweenSamples = 2;

/** What a place costs while nothing happens, and how it bears much at once and something all the time. */
export async function measureLoad(
  place: Place,
  { minutes, say }: { minutes: number; say: (line: string) => void },
): Promise<Row[]> {
  const database = await connect(place.databaseUrl);
  const hr = await humanResources(place, database);
  const visitor = await visit(place);
  try {
    say(`  nothing, for ${idleSeconds} s`);
    const idle = await measureIdle(place);
    say(`  ${admins} admins at once`);
    const crowd = await measureCrowd(visitor, hr);
    say(`  ${endDates} end dates at once`);
    const flood = await measureFlood(visitor, hr, database);
    await place.untilQuiet();
    say(`  ${minutes} minutes of this and that`);
    const soak = await measureSoak(place, visitor, hr, minutes);
    return [...idle, ...crowd, ...flood, ...soak];
  } finally {
    await database.close();
  }
}

/** What each part takes of a core and of memory. */
async function measureIdle({ processes }: Place): Promise<Row[]> {
  const parts = Object.entries(processes);
  const shares = await Promise.all(parts.map(([, pid]) => shareOfCore(pid, idleSeconds)));
  return parts.flatMap(([part, pid], i) => [
    { what: `idle: the ${part}'s processor`, ours: shares[i]! * 100, unit: ' % of a core' },
    { what: `idle: the ${part}'s memory`, ours: memoryOf(pid), unit: ' MiB' },
  ]);
}

/** Everybody opens the queue in the same moment; then everybody goes on clicking, with time to look. */
async function measureCrowd(visitor: Visitor, hr: HumanResources): Promise<Row[]> {
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
    { what: `${admins} open the queue in the same moment`, ours: durationsOf(first) },
    { what: `${admins} click every ${thinkMs / 1_000} s: ${times.length} pages`, ours: durationsOf(times) },
  ];
}

/** The queue and people's pages in turns. */
const pageOf = ({ leavers }: HumanResources, click: number): string =>
  click % 2 === 0 ? '/offboarding' : `/offboarding/${leavers[click % leavers.length]!.id}`;

/** HR moves many end dates as fast as it can: how long until the last workflow knows, and how the console is meanwhile. */
async function measureFlood(visitor: Visitor, hr: HumanResources, { em }: Database): Promise<Row[]> {
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
    answered = await timeOf(() => inParallel(count, (i) => hr.moveEndDate(i)));
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

/** Pages, end dates and requests all the time; what memory holds in the last quarter is held against the first. */
async function measureSoak(place: Place, visitor: Visitor, hr: HumanResources, minutes: number) {
  const until = Date.now() + minutes * 60_000;
  const times: number[] = [];
  const memory: { web: number; worker: number }[] = [];
  const sample = async () => ({
    web: await heapOf(place),
    worker: memoryOf(place.processes.worker),
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

type HumanResources = Awaited<ReturnType<typeof humanResources>>;

/** An HR system with a token, and the leavers it knows. */
async function humanResources({ address }: Place, { em }: Database) {
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
    /** Another date on every round through the leavers. */
    moveEndDate: (i: number) =>
      call('PATCH', personOf(i), {
        endDate: addDays(today, 20 + ((i + Math.floor(i / leavers.length)) % 60)),
      }),
    request: (i: number) => call('POST', `${personOf(i)}/requests`, { item: `Cable ${i}` }),
  };
}

async function inParallel(count: number, work: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: hrWidth }, async () => {
      while (next < count) await work(next++);
    }),
  );
}

/** The least of some samples: what is left when everything that nobody needs has been collected. */
const least = <Name extends string>(samples: Record<Name, number>[], name: Name): number =>
  Math.min(...samples.map((sample) => sample[name]));

/** What a web process's heap holds, in MiB; of that, what nobody needs any more is collected when V8 finds time. */
async function heapOf({ metricsAddress }: Place): Promise<number> {
  const metrics = await (await fetch(metricsAddress)).text();
  return Number(/^nodejs_heap_size_used_bytes(?:\{.*\})? (\S+)$/m.exec(metrics)?.[1]) / 2 ** 20;
}
