import { expect, test } from 'vitest';
import { startEnvironment } from './crashes/environment.ts';
import { faultNames, type NetworkFaults } from './crashes/network-faults.ts';
import { completionsPerRound, type Done, workUnderFaults } from './crashes/rounds.ts';
import { logProgress } from './progress.ts';
import { randomFrom } from './random.ts';
import { seed } from './seed.ts';
import { isTimeUp } from './time-limit.ts';

const environment = await startEnvironment();
const random = randomFrom(seed).named('network faults');

test('completions and imports happen once during network faults', async () => {
  const done: Done = { casts: [], files: [] };
  const total: NetworkFaults = { delayed: 0, reset: 0, blackholed: 0 };
  const began = Date.now();
  for (let round = 1; round === 1 || !isTimeUp(began); round++) {
    const { problems, attempts, counts } = await workUnderFaults(environment, random.named(round), done);
    expect(problems).toEqual([]);
    for (const fault of faultNames) total[fault] += counts[fault];
    const { delayed, reset, blackholed } = counts;
    logProgress(
      `${delayed} times delayed, ${reset} times reset, ${blackholed} times blackholed: ${completionsPerRound} completions and an import, ${attempts} attempts`,
    );
  }
  logProgress(`${done.casts.length} completions and ${done.files.length} imports during network faults`);
  for (const fault of faultNames) expect(total[fault], fault).toBeGreaterThan(0);
});
