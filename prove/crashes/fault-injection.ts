import type { Machine, PartName, ProxyName } from '../machine/machine.ts';
import { onceAtStep, type StepPattern } from './steps.ts';

/** The parts that are killed at the same time. Without any, only the connection is reset. */
export type Fault = readonly PartName[];

/** A fault that waits for its step. */
export interface PendingFault {
  wasInjected: () => boolean;
  /** Stops waiting for the step; resolves when the killed parts run again. */
  finish: () => Promise<void>;
}

/** Injects a fault once, when its step comes. Data in transit is lost when the fault ends the connection. */
export function injectFault(machine: Machine, step: StepPattern, fault: Fault): PendingFault {
  let restarted: Promise<unknown> = Promise.resolve();
  const { wasInjected, stopWaiting } = onceAtStep(machine, step, (connection) => {
    const killed = Promise.all(fault.map((name) => machine.parts[name].kill())).then(() => {
      if (resets(fault, step.proxy)) connection.reset();
    });
    restarted = killed.then(() => Promise.all(fault.map((name) => machine.parts[name].start())));
    // `finish` reports the error.
    restarted.catch(() => undefined);
    return killed;
  });
  return {
    wasInjected,
    async finish() {
      stopWaiting();
      await restarted;
    },
  };
}

const resets = (fault: Fault, proxy: ProxyName): boolean =>
  fault.length === 0 || proxy.split(' to ').some((end) => fault.includes(end as PartName));
