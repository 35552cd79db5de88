import { expect, it } from 'vitest';
import { tell } from './account.ts';
import { completeStubbornly, signIn } from './crashes/asker.ts';
import { attacksOn, underAttack } from './crashes/attacks.ts';
import { clearedLeaver, problemsWithCompletions, untilQuiet } from './crashes/completions.ts';
import { startPlace } from './crashes/environment.ts';
import { importStubbornly, newFile, problemsWithImports } from './crashes/imports.ts';
import { type Step, stepsOf } from './crashes/steps.ts';
import { timeIsUp } from './length.ts';
import { randomFrom } from './random.ts';
import { seed } from './seed.ts';

const { machine, token, outside } = await startPlace();
const random = randomFrom(seed);
/** What the processes do anyway is seen in so many milliseconds. */
const idleMs = 6_000;

interface Ordeal<T> {
  prepare: () => Promise<T>;
  /** Returns how often it had to be asked for. */
  work: (prepared: T) => Promise<number>;
  problems: (all: readonly T[]) => Promise<string[]>;
}

/** Has something done again and again, each time with another strike at another of its steps, and then looks for problems. */
async function strikeAtEveryStep<T>(name: string, { prepare, work, problems }: Ordeal<T>) {
  const steps: Step[] = await stepsOf(machine, idleMs, prepare, work);
  const attacks = attacksOn(steps, random.named(name));
  const all: T[] = [];
  const began = Date.now();
  let came = 0;
  for (const attack of attacks) {
    if (timeIsUp(began)) break;
    await machine.untilHealthy();
    const prepared = await prepare();
    all.push(prepared);
    if (await underAttack(machine, attack, () => work(prepared))) came++;
    if (all.length % steps.length === 0) await expectNoProblems();
  }
  await expectNoProblems();
  tell(`${name}: ${steps.length} steps, struck ${came} times, of ${attacks.length} ways to`);
  // A strike whose step does not come has shown nothing.
  expect(came / all.length).toBeGreaterThan(0.8);

  async function expectNoProblems() {
    await machine.untilHealthy();
    await untilQuiet(machine);
    expect(await problems(all)).toEqual([]);
  }
}

it('a completion survives strikes at its steps: everything is there once', () =>
  strikeAtEveryStep('completion', {
    prepare: async () => {
      const cast = await clearedLeaver(machine);
      return { cast, ivo: await signIn(machine, cast.ivo.email) };
    },
    work: ({ cast, ivo }) => completeStubbornly(ivo, cast.lena.id),
    problems: (all) =>
      problemsWithCompletions(
        machine,
        all.map(({ cast }) => cast),
        outside,
      ),
  }));

it('an import survives strikes at its steps: everybody is there once', () =>
  strikeAtEveryStep('import', {
    prepare: async () => newFile(),
    work: (file) => importStubbornly(machine, token, file),
    problems: (all) => problemsWithImports(machine, all, outside),
  }));
