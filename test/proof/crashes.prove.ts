import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { fewItems, manyItems, type Orders, orderWithRetries } from '../../prove/crashes/bulk-orders.ts';
import { problemsWithOrders } from '../../prove/crashes/bulk-problems.ts';
import { clearedLeaver, problemsWithCompletions, untilQuiet } from '../../prove/crashes/completions.ts';
import { startEnvironment } from '../../prove/crashes/environment.ts';
import { injectFault } from '../../prove/crashes/fault-injection.ts';
import { type FaultAtStep, withFaultAtStep } from '../../prove/crashes/fault-plan.ts';
import {
  type ImportFile,
  importWithRetries,
  newFile,
  problemsWithImports,
} from '../../prove/crashes/imports.ts';
import { faultNames } from '../../prove/crashes/network-faults.ts';
import { completeWithRetries, signIn } from '../../prove/crashes/retrying-user.ts';
import { workUnderFaults } from '../../prove/crashes/rounds.ts';
import type { StepPattern } from '../../prove/crashes/steps.ts';
import type { ProxyName } from '../../prove/machine/machine.ts';
import { randomFrom } from '../../prove/random.ts';
import { seed } from '../../prove/seed.ts';
import type { Cast } from '../../testing/cast/cast.ts';

// The short form of what `npm run prove` does at every step.
const environment = await startEnvironment();
const { machine, token, outside } = environment;

const ofCompletion = {
  proxy: 'worker to postgres',
  statement: /^commit after with offboarded as/,
} as const;

test('a completion survives kills in the middle of it', async () => {
  const faults: FaultAtStep[] = [
    { step: { ...ofCompletion, answered: false }, fault: ['postgres', 'temporal'] },
    { step: { ...ofCompletion, answered: true }, fault: ['worker', 'web'] },
  ];
  const casts: Cast[] = [];
  for (const fault of faults) {
    await machine.untilHealthy();
    const cast = await clearedLeaver(machine);
    casts.push(cast);
    const ivo = await signIn(machine, cast.ivo.email);
    expect(await withFaultAtStep(machine, fault, () => completeWithRetries(ivo, cast.lena.id))).toBe(true);
  }
  await machine.untilHealthy();
  await untilQuiet(machine);
  expect(await problemsWithCompletions(machine, casts, outside)).toEqual([]);
});

test('an import survives kills in the middle of it', async () => {
  const faults: FaultAtStep[] = [
    {
      step: { proxy: 'web to postgres', statement: /^commit after update "imports"/, answered: true },
      fault: ['web', 'postgres'],
    },
    {
      step: { proxy: 'worker to postgres', statement: /^with person as materialized/, answered: false },
      fault: ['worker', 'temporal'],
    },
  ];
  const files: ImportFile[] = [];
  for (const fault of faults) {
    await machine.untilHealthy();
    const file = newFile();
    files.push(file);
    expect(await withFaultAtStep(machine, fault, () => importWithRetries(machine, token, file))).toBe(true);
  }
  await machine.untilHealthy();
  await untilQuiet(machine);
  expect(await problemsWithImports(machine, files, outside)).toEqual([]);
});

test('bulk actions survive kills in the middle of them', async () => {
  const committed = (proxy: ProxyName): StepPattern => ({
    proxy,
    statement: /^commit after with entries as/,
    answered: true,
  });
  const cases: [FaultAtStep, () => Promise<Orders>][] = [
    [{ step: committed('web to postgres'), fault: ['web'] }, () => fewItems(machine)],
    [{ step: committed('worker to postgres'), fault: ['worker'] }, () => manyItems(machine)],
  ];
  const all: Orders[] = [];
  for (const [fault, prepare] of cases) {
    await machine.untilHealthy();
    const orders = await prepare();
    all.push(orders);
    expect(await withFaultAtStep(machine, fault, () => orderWithRetries(machine, orders))).toBe(true);
  }
  await machine.untilHealthy();
  await untilQuiet(machine);
  expect(await problemsWithOrders(machine, all)).toEqual([]);
});

test('a fault that was just injected finishes only when the killed parts run again', async () => {
  const killed = machine.parts.worker.current().pid;
  const anything = { proxy: 'worker to postgres', statement: /./, answered: false } as const;
  const { wasInjected, finish } = injectFault(machine, anything, ['worker']);
  while (!wasInjected()) await turn();
  await finish();
  expect(machine.parts.worker.current().pid).not.toBe(killed);
  await machine.untilHealthy();
});

test('four completions and an import happen once during network faults', async () => {
  const { problems, counts } = await workUnderFaults(environment, randomFrom(seed).named('short'), {
    casts: [],
    files: [],
  });
  expect(problems).toEqual([]);
  expect(faultNames.reduce((sum, fault) => sum + counts[fault], 0)).toBeGreaterThan(3);
});
