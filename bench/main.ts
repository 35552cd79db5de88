import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { bareEngine } from './bare.ts';
import { measureCalls } from './calls.ts';
import { bringUpPlace, type Crowd, type Place } from './environment.ts';
import { measureFanOut } from './fan-out.ts';
import { measureImport } from './imports.ts';
import { measureLoad } from './load.ts';
import { measurePages } from './pages.ts';
import { memoryOf } from './processes.ts';
import { type Row, reaches, tableOf } from './report.ts';
import { measureUpdates } from './updates.ts';

// `npm run bench`: how fast Lastday is, each figure beside its limit, measured in the same run.

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '100000' },
    leavers: { type: 'string', default: '10000' },
    json: { type: 'string' },
    /** Also load the large place: much at once, and then for so many minutes this and that. */
    soak: { type: 'string' },
  },
});
const large: Crowd = { users: Number(values.users), leavers: Number(values.leavers) };
/** As many leavers in sight as a page shows, and few besides. */
const small: Crowd = { users: 1_000, leavers: 300 };

const say = (line: string) => console.log(line);
const rows: Row[] = [];

say('A large place');
await inPlace(large, async (place) => {
  say('A small place beside it');
  const beside = await inPlace(small, async (smaller) => ({
    pages: await measurePages(place, smaller),
    memory: await memoryAfresh(smaller),
  }));
  say('The large place alone');
  const engine = await bareEngine(place.temporalAddress, place.databaseUrl);
  rows.push(
    ...beside.pages,
    ...(await measureUpdates(place, engine)),
    ...(await measureCalls(place, engine)),
  );
  rows.push(...(await measureFanOut(place)), ...(await measureImport(place)));
  await engine.stop();
  rows.push({
    what: `the worker's memory, ${large.leavers} sleeping leavers`,
    ours: await memoryAfresh(place),
    limit: beside.memory,
    limitIs: `with ${small.leavers}`,
    atMost: 1.3,
    unit: ' MiB',
  });
  if (values.soak) rows.push(...(await measureLoad(place, { minutes: Number(values.soak), say })));
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

/** The worker's memory after a start, when every leaver sleeps. */
async function memoryAfresh(place: Place): Promise<number> {
  await place.restartWorker();
  return memoryOf(place.processes.worker);
}

async function inPlace<T>(crowd: Crowd, measure: (place: Place) => Promise<T>): Promise<T> {
  const place = await bringUpPlace(crowd, say);
  try {
    return await measure(place);
  } finally {
    await place.stop();
  }
}
