import { eventually } from '../../testing/cast/engine.ts';
import type { Machine } from '../machine/machine.ts';
import { logProgress } from '../progress.ts';
import type { Random } from '../random.ts';
import { type Fault, injectFault } from './fault-injection.ts';
import { describeStep, type Step, type StepPattern } from './steps.ts';

export interface FaultAtStep {
  step: StepPattern;
  fault: Fault;
}

/** Kills of one, two or all parts; the empty one only resets the connection. */
const faults: readonly Fault[] = [
  ['worker'],
  ['web'],
  ['postgres'],
  ['temporal'],
  ['worker', 'postgres'],
  ['web', 'worker'],
  ['temporal', 'postgres'],
  ['web', 'worker', 'temporal', 'postgres'],
  [],
];

/** Combines every step with every fault, in rounds: each round has every step once, with a random fault. */
export function planFaults(steps: readonly Step[], random: Random): FaultAtStep[] {
  const offsets = steps.map(() => random.below(faults.length));
  return faults.flatMap((_, round) =>
    steps.map((step, index) => ({ step, fault: faults[(offsets[index]! + round) % faults.length]! })),
  );
}

const describeFault = (fault: Fault): string =>
  fault.length === 0 ? 'connection reset' : `${fault.join(', ')} killed`;

/**
 * Runs `work`, which returns its number of attempts, and injects the fault when its step comes. Resolves when the killed
 * parts run again; false when the step did not come.
 */
export async function withFaultAtStep(
  machine: Machine,
  { step, fault }: FaultAtStep,
  work: () => Promise<number>,
): Promise<boolean> {
  const began = Date.now();
  const { wasInjected, finish } = injectFault(machine, step, fault);
  try {
    const attempts = await work().catch((error: Error) => {
      throw new Error(`${describeStep(step)}, ${describeFault(fault)}: ${error.message}\n${machine.logs()}`);
    });
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    const came = await eventually(async () => wasInjected(), 10_000).catch(() => false);
    const how = `done after ${seconds} s${attempts > 1 ? `, ${attempts} attempts` : ''}`;
    logProgress(`${came ? describeFault(fault) : 'step did not come'}: ${describeStep(step)}: ${how}`);
    return came;
  } finally {
    await finish();
  }
}
