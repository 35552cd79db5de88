import { setTimeout as pause } from 'node:timers/promises';
import { overhear, type Said } from '../machine/conversation.ts';
import type { Call } from '../machine/line.ts';
import type { LineName, Machine } from '../machine/machine.ts';
import { untilQuiet } from './completions.ts';

/** A moment in the work of the web or the worker process: what it says to PostgreSQL. */
export interface Step extends Said {
  line: LineName;
}

/** A step that is waited for, by its statement or by how that looks. */
export interface Awaited extends Omit<Step, 'statement'> {
  statement: string | RegExp;
}

/** A step in words. */
export const inWords = ({ line, statement, answered }: Awaited): string =>
  `${line.split(' ')[0]} ${answered ? 'hears of' : 'says'} "${statement}"`;

const same = (a: Step, b: Awaited) =>
  a.line === b.line &&
  a.answered === b.answered &&
  (b.statement instanceof RegExp ? b.statement.test(a.statement) : a.statement === b.statement);

const lines: LineName[] = ['web to postgres', 'worker to postgres'];

/**
 * Has something done calmly, twice, each time with everything that follows from it, and returns the steps it takes each
 * time, in their order. What the processes do anyway, as an idle time of so many milliseconds shows, is left out.
 * `prepare` makes ready for one time.
 */
export async function stepsOf<T>(
  machine: Machine,
  idleMs: number,
  prepare: () => Promise<T>,
  work: (prepared: T) => Promise<unknown>,
): Promise<Step[]> {
  const prepared = [await prepare(), await prepare()];
  await untilQuiet(machine);
  const all = async (made: T) => {
    await work(made);
    await untilQuiet(machine);
  };
  const always = await stepsDuring(machine, () => pause(idleMs));
  const [once, again] = [
    await stepsDuring(machine, () => all(prepared[0]!)),
    await stepsDuring(machine, () => all(prepared[1]!)),
  ];
  return once.filter((step) => !includes(always, step) && includes(again, step));
}

async function stepsDuring(machine: Machine, work: () => Promise<unknown>): Promise<Step[]> {
  const found: Step[] = [];
  const stop = watch(machine, (step) => {
    if (!includes(found, step)) found.push(step);
  });
  await work();
  stop();
  return found;
}

const includes = (steps: readonly Step[], step: Step) => steps.some((known) => same(known, step));

/** Waits for a step and does something at that very moment, once, while the statement or its answer is held back. */
export function at(
  machine: Machine,
  awaited: Awaited,
  strike: (call: Call) => Promise<void>,
): { hasCome: () => boolean; stopWaiting: () => void } {
  let hasCome = false;
  const stopWaiting = watch(machine, async (step, call) => {
    if (hasCome || !same(step, awaited)) return;
    hasCome = true;
    stopWaiting();
    await strike(call);
  });
  return { hasCome: () => hasCome, stopWaiting };
}

/** Reports every statement of either process, and the answer to every COMMIT. */
function watch(machine: Machine, report: (step: Step, call: Call) => Promise<void> | void): () => void {
  const stops = lines.map((line) =>
    overhear(machine.lines[line], (said, call) => report({ line, ...said }, call)),
  );
  return () => {
    for (const stop of stops) stop();
  };
}
