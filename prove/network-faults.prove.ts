import { expect, it } from 'vitest';
import { tell } from './account.ts';
import { startPlace } from './crashes/environment.ts';
import { faultNames, type NetworkFaults } from './crashes/network-faults.ts';
import { type Done, width, workUnderFaults } from './crashes/rounds.ts';
import { timeIsUp } from './length.ts';
import { randomFrom } from './random.ts';
import { seed } from './seed.ts';

const place = await startPlace();
const random = randomFrom(seed).named('weather');

it('over lines that delay, break and go dark everything is done once', async () => {
  const done: Done = { casts: [], files: [] };
  const total: NetworkFaults = { late: 0, broken: 0, dark: 0 };
  const began = Date.now();
  for (let round = 1; round === 1 || !timeIsUp(began); round++) {
    const { problems, asked, weather } = await workUnderFaults(place, random.named(round), done);
    expect(problems).toEqual([]);
    for (const trouble of faultNames) total[trouble] += weather[trouble];
    const { late, broken, dark } = weather;
    tell(
      `${late} times late, ${broken} times broken, ${dark} times dark: ${width} completions and an import, asked ${asked} times`,
    );
  }
  tell(`${done.casts.length} completions and ${done.files.length} imports in bad weather`);
  for (const trouble of faultNames) expect(total[trouble], trouble).toBeGreaterThan(0);
});
