import type { LineName, Machine, PartName } from '../machine/machine.ts';
import { type Awaited, at } from './steps.ts';

/** Something bad: these parts are killed at the same moment. Without any, only the connection is cut. */
export type Strike = readonly PartName[];

/** A strike that waits for its step. */
export interface Waiting {
  hasCome: () => boolean;
  /** Resolves when whatever was killed runs again. */
  mended: () => Promise<void>;
}

/** Strikes once when a step comes. What the step was about to say or to hear is lost with the connection, if that dies. */
export function strikeAt(machine: Machine, step: Awaited, strike: Strike): Waiting {
  let starting: Promise<unknown> = Promise.resolve();
  const hasCome = at(machine, step, async (call) => {
    await Promise.all(strike.map((name) => machine.parts[name].kill()));
    if (isCut(strike, step.line)) call.reset();
    starting = Promise.all(strike.map((name) => machine.parts[name].start()));
    // Whoever waits for it is told.
    starting.catch(() => undefined);
  });
  return {
    hasCome,
    async mended() {
      await starting;
    },
  };
}

const isCut = (strike: Strike, line: LineName): boolean =>
  strike.length === 0 || line.split(' to ').some((end) => strike.includes(end as PartName));
