import { eventually } from '../../testing/cast/engine.ts';
import { tell } from '../account.ts';
import type { Machine } from '../machine/machine.ts';
import type { Random } from '../random.ts';
import { type Strike, strikeAt } from './fault-injection.ts';
import { type Awaited, inWords, type Step } from './steps.ts';

/** A strike at a step. */
export interface Attack {
  step: Awaited;
  strike: Strike;
}

/** The parts alone, together, all at once, and none: then the connection is cut. */
export const strikes: readonly Strike[] = [
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

/** Every step with every strike, in rounds: each round meets every step, with a strike that chance has chosen. */
export function attacksOn(steps: readonly Step[], random: Random): Attack[] {
  const offsets = steps.map(() => random.below(strikes.length));
  return strikes.flatMap((_, round) =>
    steps.map((step, index) => ({ step, strike: strikes[(offsets[index]! + round) % strikes.length]! })),
  );
}

const wordsOf = (strike: Strike): string => (strike.length === 0 ? 'cut' : `${strike.join(', ')} killed`);

/**
 * Has something done while a strike waits for its step; `work` returns how often it had to be asked for. Returns when
 * whatever was killed runs again, and whether the step has come at all.
 */
export async function underAttack(
  machine: Machine,
  { step, strike }: Attack,
  work: () => Promise<number>,
): Promise<boolean> {
  const began = Date.now();
  const { hasCome, over } = strikeAt(machine, step, strike);
  try {
    const asked = await work().catch((error: Error) => {
      throw new Error(`${inWords(step)}, ${wordsOf(strike)}: ${error.message}\n${machine.logs()}`);
    });
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    const came = await eventually(async () => hasCome(), 10_000).catch(() => false);
    const how = `done after ${seconds} s${asked > 1 ? `, asked ${asked} times` : ''}`;
    tell(`${came ? wordsOf(strike) : 'did not come'}: ${inWords(step)}: ${how}`);
    return came;
  } finally {
    await over();
  }
}
