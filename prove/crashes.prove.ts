import { expect, test } from 'vitest';
import { fewItems, manyItems, orderWithRetries } from './crashes/bulk-orders.ts';
import { problemsWithOrders } from './crashes/bulk-problems.ts';
import { clearedLeaver, problemsWithCompletions, untilQuiet } from './crashes/completions.ts';
import { startEnvironment } from './crashes/environment.ts';
import { planFaults, withFaultAtStep } from './crashes/fault-plan.ts';
import { importWithRetries, newFile, problemsWithImports } from './crashes/imports.ts';
import { completeWithRetries, signIn } from './crashes/retrying-user.ts';
import { type Step, stepsOf } from './crashes/steps.ts';
import { logProgress } from './progress.ts';
import { randomFrom } from './random.ts';
import { seed } from './seed.ts';
import { isTimeUp } from './time-limit.ts';

const { machine, token, outside } = await startEnvironment();
const random = randomFrom(seed);
/** How long idle processes are observed, to leave their own statements out. */
const idleMs = 6_000;

interface Scenario<T> {
  prepare: () => Promise<T>;
  /** Returns the number of attempts. */
  work: (prepared: T) => Promise<number>;
  problems: (all: readonly T[]) => Promise<string[]>;
}

/** Repeats the work, each time with another fault at one of its steps, and then checks for problems. */
async function injectFaultsAtEveryStep<T>(name: string, { prepare, work, problems }: Scenario<T>) {
  const steps: Step[] = await stepsOf(machine, idleMs, prepare, work);
  const plan = planFaults(steps, random.named(name));
  const all: T[] = [];
  const began = Date.now();
  let injected = 0;
  for (const fault of plan) {
    if (isTimeUp(began)) break;
    await machine.untilHealthy();
    const prepared = await prepare();
    all.push(prepared);
    if (await withFaultAtStep(machine, fault, () => work(prepared))) injected++;
    if (all.length % steps.length === 0) await expectNoProblems();
  }
  await expectNoProblems();
  logProgress(`${name}: ${steps.length} steps, ${injected} faults injected, ${plan.length} planned`);
  // A fault whose step never comes proves nothing.
  expect(injected / all.length).toBeGreaterThan(0.8);

  async function expectNoProblems() {
    await machine.untilHealthy();
    await untilQuiet(machine);
    expect(await problems(all)).toEqual([]);
  }
}

test('a completion survives faults at its steps: every effect happens once', () =>
  injectFaultsAtEveryStep('completion', {
    prepare: async () => {
      const cast = await clearedLeaver(machine);
      return { cast, ivo: await signIn(machine, cast.ivo.email) };
    },
    work: ({ cast, ivo }) => completeWithRetries(ivo, cast.lena.id),
    problems: (all) =>
      problemsWithCompletions(
        machine,
        all.map(({ cast }) => cast),
        outside,
      ),
  }));

test('an import survives faults at its steps: every person is imported once', () =>
  injectFaultsAtEveryStep('import', {
    prepare: async () => newFile(),
    work: (file) => importWithRetries(machine, token, file),
    problems: (all) => problemsWithImports(machine, all, outside),
  }));

test.each([
  ['few items, which the web process executes', fewItems],
  ['many items, which a workflow executes', manyItems],
])(
  'bulk actions of %s survive faults at their steps: every item is done once, and its result says so',
  (name, prepare) =>
    injectFaultsAtEveryStep(`bulk actions of ${name}`, {
      prepare: () => prepare(machine),
      work: (orders) => orderWithRetries(machine, orders),
      problems: (all) => problemsWithOrders(machine, all),
    }),
);
