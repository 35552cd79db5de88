import { expect, it } from 'vitest';
import type { Cast } from '../test/support/cast.ts';
import { startReceiver } from '../test/support/receiver.ts';
import { subscribe } from '../test/support/webhooks.ts';
import { tell } from './account.ts';
import { completeStubbornly, signIn } from './crashes/asker.ts';
import { clearedLeaver, problemsWithCompletions, untilQuiet } from './crashes/completions.ts';
import { type File, importStubbornly, importToken, newFile, problemsWithImports } from './crashes/imports.ts';
import { inBadWeather } from './crashes/weather.ts';
import { timeIsUp } from './length.ts';
import { startMachine } from './machine/machine.ts';
import { randomFrom } from './random.ts';
import { seed } from './seed.ts';

const receiver = await startReceiver();
const machine = await startMachine();
await machine.untilHealthy();
await subscribe(machine.database, receiver.url, ['offboarding.started', 'user.offboarded']);
const token = await importToken(machine);
const random = randomFrom(seed).named('weather');

/** Leavers who are completed at the same time. */
const width = 4;

it('over lines that delay, break and go dark everything is done once', async () => {
  const casts: Cast[] = [];
  const files: File[] = [];
  const began = Date.now();
  for (let round = 1; round === 1 || !timeIsUp(began); round++) {
    await machine.untilHealthy();
    const file = newFile();
    const leaving = await Promise.all(
      Array.from({ length: width }, async () => {
        const cast = await clearedLeaver(machine);
        return { cast, ivo: await signIn(machine, cast.ivo.email) };
      }),
    );
    casts.push(...leaving.map(({ cast }) => cast));
    files.push(file);
    const { result, weather } = await inBadWeather(machine, random.named(round), () =>
      Promise.all([
        importStubbornly(machine, token, file),
        ...leaving.map(({ cast, ivo }) => completeStubbornly(ivo, cast.lena.id)),
      ]),
    );
    await machine.untilHealthy();
    await untilQuiet(machine);
    expect(await problemsWithCompletions(machine, casts, receiver)).toEqual([]);
    expect(await problemsWithImports(machine, files, receiver)).toEqual([]);
    const { late, broken, dark } = weather;
    tell(
      `${late} times late, ${broken} times broken, ${dark} times dark: ${width} completions and an import, asked ${result.reduce((sum, asked) => sum + asked)} times`,
    );
  }
  tell(`${casts.length} completions and ${files.length} imports in bad weather`);
});
