import { setTimeout as pause } from 'node:timers/promises';
import type { Call } from '../machine/line.ts';
import type { LineName, Machine } from '../machine/machine.ts';
import { statementReader } from '../machine/statements.ts';

/**
 * A moment in the work of the web or the worker process: a statement is on its way to PostgreSQL, or (`answered`)
 * has been carried out and its answer is on the way back.
 */
export interface Step {
  line: LineName;
  statement: string;
  answered: boolean;
}

/** A step in words. */
export const inWords = ({ line, statement, answered }: Step): string =>
  `${line.split(' ')[0]} ${answered ? 'hears of' : 'says'} "${statement}"`;

const same = (a: Step, b: Step) =>
  a.line === b.line && a.statement === b.statement && a.answered === b.answered;

const lines: LineName[] = ['web to postgres', 'worker to postgres'];

/**
 * Has something done calmly, twice, and returns the steps it takes each time, in their order. What the processes do
 * anyway, as an idle time of so many milliseconds shows, is left out. `prepare` makes ready for one time.
 */
export async function stepsOf<T>(
  machine: Machine,
  idleMs: number,
  prepare: () => Promise<T>,
  work: (prepared: T) => Promise<unknown>,
): Promise<Step[]> {
  const prepared = [await prepare(), await prepare()];
  const always = await stepsDuring(machine, () => pause(idleMs));
  const [once, again] = [
    await stepsDuring(machine, () => work(prepared[0]!)),
    await stepsDuring(machine, () => work(prepared[1]!)),
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

/**
 * Waits for a step and does something at that very moment, once, while the statement or its answer is held back.
 * Returns whether it has come.
 */
export function at(machine: Machine, awaited: Step, strike: (call: Call) => Promise<void>): () => boolean {
  let hasCome = false;
  const stop = watch(machine, async (step, call) => {
    if (hasCome || !same(step, awaited)) return;
    hasCome = true;
    stop();
    await strike(call);
  });
  return () => hasCome;
}

/** Reports every statement, and the answer to every COMMIT. */
function watch(machine: Machine, report: (step: Step, call: Call) => Promise<void> | void): () => void {
  for (const line of lines) {
    const calls = new WeakMap<Call, Conversation>();
    machine.lines[line].tap = async (bytes, direction, call) => {
      const conversation = calls.get(call) ?? converse(bytes, direction);
      calls.set(call, conversation);
      for (const [statement, answered] of conversation(bytes, direction))
        await report({ line, statement, answered }, call);
    };
  }
  return () => {
    for (const line of lines) machine.lines[line].tap = null;
  };
}

type Conversation = (bytes: Buffer, direction: 'there' | 'back') => [statement: string, answered: boolean][];

function converse(first: Buffer, direction: 'there' | 'back'): Conversation {
  // A connection that was there before has begun long ago.
  const read = statementReader(direction === 'there' && startsAnew(first));
  let before = 'nothing';
  let committing: string | null = null;

  return (bytes, way) => {
    if (way === 'back') {
      const done = committing;
      committing = null;
      return done === null ? [] : [[done, true]];
    }
    return read(bytes).map((text) => {
      const isCommit = /^commit$/i.test(text.trim());
      const statement = isCommit ? `commit after ${before}` : shortened(text);
      if (isCommit) committing = statement;
      else before = statement;
      return [statement, false];
    });
  };
}

/** The first message of a connection has no type: it begins with its length, which is short. */
const startsAnew = (bytes: Buffer) => bytes[0] === 0;

/** Without the values in it, in a line. */
const shortened = (text: string): string =>
  text
    .replace(/'[^']*'/g, '…')
    .replace(/\b\d+\b/g, '#')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 90);
