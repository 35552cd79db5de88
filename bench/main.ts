import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { bareEngine } from './bare.ts';
import { measureCalls } from './calls.ts';
import { type BenchEnvironment, type Population, startEnvironment } from './environment.ts';
import { measureFanOut } from './fan-out.ts';
import { measureImport } from './imports.ts';
import { measureLoad } from './load.ts';
import { measurePages } from './pages.ts';
import { memoryOf } from './processes.ts';
import { measureQueueViews } from './queue-views.ts';
import { type Row, reaches, tableOf } from './report.ts';
import { measureScim } from './scim/scim.ts';
import { measureSearch } from './search.ts';
import { measureUpdates } from './updates.ts';

// `npm run bench`: measures Lastday's speed, and for each figure its limit in the same run.

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '100000' },
    leavers: { type: 'string', default: '10000' },
    json: { type: 'string' },
    /** Also put the large environment under load: a burst, then mixed load for this many minutes. */
    soak: { type: 'string' },
  },
});
const large: Population = { users: Number(values.users), leavers: Number(values.leavers) };
/** Enough leavers to fill a page, and few more. */
const small: Population = { users: 1_000, leavers: 300 };

const say = (line: string) => console.log(line);
const rows: Row[] = [];

say('A large environment');
await withEnvironment(large, async (environment) => {
  say('A small environment beside it');
  const beside = await withEnvironment(small, async (smaller) => ({
    pages: await measurePages(environment, smaller),
    memory: await memoryAfterRestart(smaller),
  }));
  say('The large environment alone');
  const engine = await bareEngine(environment.temporalAddress, environment.databaseUrl);
  rows.push(
    ...beside.pages,
    ...(await measureQueueViews(environment)),
    ...(await measureSearch(environment)),
    ...(await measureUpdates(environment, engine)),
    ...(await measureCalls(environment, engine)),
  );
  rows.push(...(await measureFanOut(environment)), ...(await measureImport(environment)));
  rows.push(...(await measureScim(environment)));
  await engine.stop();
  rows.push({
    what: `the worker's memory, ${large.leavers} sleeping leavers`,
    ours: await memoryAfterRestart(environment),
    limit: beside.memory,
    limitIs: `with ${small.leavers}`,
    atMost: 1.3,
    unit: ' MiB',
  });
  if (values.soak) rows.push(...(await measureLoad(environment, { minutes: Number(values.soak), say })));
});

say('');
say(tableOf(rows));
say('');
say(`${cpus().length} cores, ${cpus()[0]?.model}, Node ${process.version}. Durations: p50 / p95.`);
const missed = rows.filter((row) => !reaches(row));
say(
  missed.length === 0
    ? 'Every goal is reached.'
    : `${missed.length} goal(s) not reached: ${missed.map(({ what }) => what).join('; ')}.`,
);
if (values.json)
  writeFileSync(values.json, `${JSON.stringify({ at: new Date(), large, small, rows }, null, 2)}\n`);
process.exit();

/** The worker's memory in MiB after a restart, when all workflows sleep. */
async function memoryAfterRestart(environment: BenchEnvironment): Promise<number> {
  await environment.restartWorker();
  return memoryOf(environment.processes.worker);
}

async function withEnvironment<T>(
  population: Population,
  measure: (environment: BenchEnvironment) => Promise<T>,
): Promise<T> {
  const environment = await startEnvironment(population, say);
  try {
    return await measure(environment);
  } finally {
    await environment.stop();
  }
}
