import type { LineName, Machine, PartName } from '../machine/machine.ts';
import { type Awaited, at } from './steps.ts';

/** Something bad: these parts are killed at the same moment. Without any, only the connection is cut. */
export type Strike = readonly PartName[];

/** A strike that waits for its step. */
export interface Waiting {
  hasCome: () => boolean;
  /** Does not strike any more from now on; resolves when whatever was killed runs again. */
  over: () => Promise<void>;
}

/** Strikes once when a step comes. What the step was about to say or to hear is lost with the connection, if that dies. */
export function strikeAt(machine: Machine, step: Awaited, strike: Strike): Waiting {
  let mended: Promise<unknown> = Promise.resolve();
  const { hasCome, stopWaiting } = at(machine, step, (call) => {
    const struck = Promise.all(strike.map((name) => machine.parts[name].kill())).then(() => {
      if (isCut(strike, step.line)) call.reset();
    });
    mended = struck.then(() => Promise.all(strike.map((name) => machine.parts[name].start())));
    // Whoever waits until it is over is told.
    mended.catch(() => undefined);
    return struck;
  });
  return {
    hasCome,
    async over() {
      stopWaiting();
      await mended;
    },
  };
}

const isCut = (strike: Strike, line: LineName): boolean =>
  strike.length === 0 || line.split(' to ').some((end) => strike.includes(end as PartName));
