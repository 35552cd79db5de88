import { expect, test } from 'vitest';
import { Notification } from '../database/entities/index.ts';
import { importById } from '../database/imports/imports.ts';
import { makeCast } from '../testing/cast/cast.ts';
import { eventually } from '../testing/cast/engine.ts';
import type { Browserlike } from '../testing/web/web.ts';
import { untilQuiet } from './crashes/completions.ts';
import { signIn } from './crashes/retrying-user.ts';
import {
  bulkFile,
  countImported,
  expectedCounts,
  leaversOf,
  withoutOneWorkflow,
} from './imports/bulk-file.ts';
import { watchBar, watchConsole, watchMemory } from './imports/monitors.ts';
import { startMachine } from './machine/machine.ts';
import { logProgress } from './progress.ts';

/** Lines of the large file, and of the small one that is imported first. */
const large = Number(process.env.PROVE_LINES ?? 100_000);
const small = large / 50;

const machine = await startMachine();
await machine.untilHealthy();
const cast = await makeCast(machine.database);
const nora = await signIn(machine, cast.nora.email);
const ivo = await signIn(machine, cast.ivo.email);
const seconds = (since: number) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** Uploads a file and confirms how many people leave. Returns the import's id. */
async function startImport(browser: Browserlike, name: string, count: number): Promise<number> {
  const began = Date.now();
  const { status, location, text } = await browser.upload('/imports/users', {
    bytes: bulkFile(name, count),
  });
  expect(status, text).toBe(303);
  logProgress(`${count.toLocaleString('en')} lines are uploaded and checked: ${seconds(began)}`);
  const { status: started } = await browser.post(`${location}/start`, { people: String(leaversOf(count)) });
  expect(started).toBe(303);
  return Number(location!.split('/').at(-1));
}

const importNow = (id: number) => importById(machine.database.em, id);
const linesDone = async (id: number) => {
  const { created = 0 } = (await importNow(id)).results ?? {};
  return created;
};
const ended = (id: number) =>
  eventually(async () => ((await importNow(id)).endedAt ? importNow(id) : null), 1_800_000);

test(`${large.toLocaleString('en')} lines, with the worker and the web process killed in the middle`, async () => {
  const memoryOfSmall = watchMemory(machine, ['web', 'worker']);
  await ended(await startImport(nora, 'small', small));
  await untilQuiet(machine, 600_000);
  const before = { web: await memoryOfSmall('web'), worker: await memoryOfSmall('worker') };

  const memory = watchMemory(machine, ['web', 'worker']);
  const pages = ['/offboarding', `/offboarding/${cast.lena.id}`, '/users'];
  const console = watchConsole(ivo, pages);
  const id = await startImport(nora, 'large', large);
  const began = Date.now();
  const bar = watchBar(nora, id);

  await eventually(async () => (await linesDone(id)) > large / 4, 1_800_000);
  await machine.crash(['worker']);
  logProgress(`The worker was killed after ${(await linesDone(id)).toLocaleString('en')} lines`);
  await eventually(async () => (await linesDone(id)) > large / 2, 1_800_000);
  await machine.crash(['web']);
  logProgress(`The web process was killed after ${(await linesDone(id)).toLocaleString('en')} lines`);
  const { state, results } = await ended(id);
  logProgress(`${large.toLocaleString('en')} lines imported: ${seconds(began)}`);
  const since = Date.now();
  await untilQuiet(machine, 600_000);
  logProgress(`All signals to Temporal were sent ${seconds(since)} later`);

  expect({ state, ...results }).toEqual({
    state: 'done',
    created: large,
    changed: 0,
    unchanged: 0,
    failed: 0,
    managersPending: 0,
  });
  expect(await countImported(machine, 'large')).toEqual(expectedCounts(large));
  await eventually(async () => (await withoutOneWorkflow(machine, 'large')).length === 0, 120_000);
  const notification = { userId: cast.nora.id, kind: 'import_ended', details: { importId: id } } as const;
  expect(await machine.database.em.fork().count(Notification, notification)).toBe(1);

  const lengths = await bar();
  logProgress(`The progress bar had ${lengths.length} different values`);
  expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
  expect(lengths.length).toBeGreaterThan(large / 5_000);

  const { looks, unanswered, p50, p95 } = await console();
  logProgress(
    `The console during the import: ${looks} pages, p50 ${p50} ms, p95 ${p95} ms; ${unanswered} failed while it was down`,
  );
  expect(p95).toBeLessThan(2_000);

  for (const name of ['web', 'worker'] as const) {
    logProgress(
      `The ${name} process used at most ${before[name]} MB with ${small.toLocaleString('en')} lines, ${await memory(name)} MB with ${large.toLocaleString('en')}`,
    );
  }
});
