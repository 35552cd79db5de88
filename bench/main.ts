import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { bareEngine } from './bare.ts';
import { measureCalls } from './calls.ts';
import { measureFanOut } from './fan-out.ts';
import { measurePages } from './pages.ts';
import { bringUpPlace, type Crowd } from './place.ts';
import { type Row, reaches, tableOf } from './report.ts';
import { measureUpdates } from './updates.ts';

// `npm run bench`: how fast Lastday is, each figure beside its limit, measured in the same run.

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '100000' },
    leavers: { type: 'string', default: '10000' },
    json: { type: 'string' },
  },
});
const large: Crowd = { users: Number(values.users), leavers: Number(values.leavers) };
/** As many leavers in sight as a page shows, and few besides. */
const small: Crowd = { users: 1_000, leavers: 300 };

const say = (line: string) => console.log(line);
const rows: Row[] = [];

say('A small place');
const few = await inPlace(small, async (place) => ({
  pages: await measurePages(place),
  memory: place.workerMemory(),
}));
say('A large place');
const many = await inPlace(large, async (place) => {
  const memory = place.workerMemory();
  const pages = await measurePages(place);
  const engine = await bareEngine(place.temporalAddress);
  rows.push(...pages, ...(await measureUpdates(place, engine)), ...(await measureCalls(place, engine)));
  rows.push(...(await measureFanOut(place)));
  await engine.stop();
  return { pages, memory };
});
for (const [i, page] of many.pages.entries()) {
  const limitIs = `with ${small.users} people`;
  rows.push({
    what: `${page.what}, ${large.users} people`,
    ours: page.ours,
    limit: few.pages[i]!.ours,
    limitIs,
    atMost: 1.3,
  });
}
rows.push({
  what: `the worker's memory, ${large.leavers} sleeping leavers`,
  ours: many.memory,
  limit: few.memory,
  limitIs: `with ${small.leavers}`,
  unit: ' MiB',
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

async function inPlace<T>(
  crowd: Crowd,
  measure: (place: Awaited<ReturnType<typeof bringUpPlace>>) => Promise<T>,
): Promise<T> {
  const place = await bringUpPlace(crowd, say);
  try {
    return await measure(place);
  } finally {
    await place.stop();
  }
}
