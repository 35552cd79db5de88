import { setTimeout as pause } from 'node:timers/promises';
import type { ProxyConnection } from '../../testing/servers/tcp-proxy.ts';
import type { Machine, ProxyName } from '../machine/machine.ts';
import { type ObservedStatement, watchStatements } from '../machine/statement-observer.ts';
import { untilQuiet } from './completions.ts';

/** A statement that the web or the worker process sends to PostgreSQL. */
export interface Step extends ObservedStatement {
  proxy: ProxyName;
}

/** Matches steps by their statement or by a pattern of it. */
export interface StepPattern extends Omit<Step, 'statement'> {
  statement: string | RegExp;
}

export const describeStep = ({ proxy, statement, answered }: StepPattern): string =>
  `${proxy.split(' ')[0]} ${answered ? 'receives the answer to' : 'sends'} "${statement}"`;

const matches = (a: Step, b: StepPattern) =>
  a.proxy === b.proxy &&
  a.answered === b.answered &&
  (b.statement instanceof RegExp ? b.statement.test(a.statement) : a.statement === b.statement);

const observedProxies: ProxyName[] = ['web to postgres', 'worker to postgres'];

/**
 * Runs the work twice without faults, with all its effects, and returns the steps that both runs have, in order.
 * Statements that idle processes send within `idleMs` are left out. `prepare` runs before each run.
 */
export async function stepsOf<T>(
  machine: Machine,
  idleMs: number,
  prepare: () => Promise<T>,
  work: (prepared: T) => Promise<unknown>,
): Promise<Step[]> {
  const prepared = [await prepare(), await prepare()];
  await untilQuiet(machine);
  const runOnce = async (input: T) => {
    await work(input);
    await untilQuiet(machine);
  };
  const idle = await stepsDuring(machine, () => pause(idleMs));
  const [once, again] = [
    await stepsDuring(machine, () => runOnce(prepared[0]!)),
    await stepsDuring(machine, () => runOnce(prepared[1]!)),
  ];
  return once.filter((step) => !includes(idle, step) && includes(again, step));
}

async function stepsDuring(machine: Machine, work: () => Promise<unknown>): Promise<Step[]> {
  const found: Step[] = [];
  const stop = watchSteps(machine, (step) => {
    if (!includes(found, step)) found.push(step);
  });
  await work();
  stop();
  return found;
}

const includes = (steps: readonly Step[], step: Step) => steps.some((known) => matches(known, step));

/** Runs `action` once, when the step comes, while the statement or its answer is held back. */
export function onceAtStep(
  machine: Machine,
  pattern: StepPattern,
  action: (connection: ProxyConnection) => Promise<void>,
): { wasInjected: () => boolean; stopWaiting: () => void } {
  let hasCome = false;
  const stopWaiting = watchSteps(machine, async (step, connection) => {
    if (hasCome || !matches(step, pattern)) return;
    hasCome = true;
    stopWaiting();
    await action(connection);
  });
  return { wasInjected: () => hasCome, stopWaiting };
}

/** Reports every statement of web and worker, and the answer to every COMMIT. */
function watchSteps(
  machine: Machine,
  report: (step: Step, connection: ProxyConnection) => Promise<void> | void,
): () => void {
  const stops = observedProxies.map((proxy) =>
    watchStatements(machine.proxies[proxy], (observed, connection) =>
      report({ proxy, ...observed }, connection),
    ),
  );
  return () => {
    for (const stop of stops) stop();
  };
}
