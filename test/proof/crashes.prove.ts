import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { completeStubbornly, signIn } from '../../prove/crashes/asker.ts';
import { type Attack, underAttack } from '../../prove/crashes/attacks.ts';
import { clearedLeaver, problemsWithCompletions, untilQuiet } from '../../prove/crashes/completions.ts';
import { startPlace } from '../../prove/crashes/environment.ts';
import { strikeAt } from '../../prove/crashes/fault-injection.ts';
import { type File, importStubbornly, newFile, problemsWithImports } from '../../prove/crashes/imports.ts';
import { faultNames } from '../../prove/crashes/network-faults.ts';
import { workUnderFaults } from '../../prove/crashes/rounds.ts';
import { randomFrom } from '../../prove/random.ts';
import { seed } from '../../prove/seed.ts';
import type { Cast } from '../../testing/cast/cast.ts';

// The short form of what `npm run prove` does at every step.
const place = await startPlace();
const { machine, token, outside } = place;

const ofCompletion = {
  line: 'worker to postgres',
  statement: /^commit after with offboarded as/,
} as const;

it('a completion survives the death of parts of Lastday in the middle of it', async () => {
  const attacks: Attack[] = [
    { step: { ...ofCompletion, answered: false }, strike: ['postgres', 'temporal'] },
    { step: { ...ofCompletion, answered: true }, strike: ['worker', 'web'] },
  ];
  const casts: Cast[] = [];
  for (const attack of attacks) {
    await machine.untilHealthy();
    const cast = await clearedLeaver(machine);
    casts.push(cast);
    const ivo = await signIn(machine, cast.ivo.email);
    expect(await underAttack(machine, attack, () => completeStubbornly(ivo, cast.lena.id))).toBe(true);
  }
  await machine.untilHealthy();
  await untilQuiet(machine);
  expect(await problemsWithCompletions(machine, casts, outside)).toEqual([]);
});

it('an import survives it too', async () => {
  const attacks: Attack[] = [
    {
      step: { line: 'web to postgres', statement: /^commit after update "imports"/, answered: true },
      strike: ['web', 'postgres'],
    },
    {
      step: { line: 'worker to postgres', statement: /^with person as materialized/, answered: false },
      strike: ['worker', 'temporal'],
    },
  ];
  const files: File[] = [];
  for (const attack of attacks) {
    await machine.untilHealthy();
    const file = newFile();
    files.push(file);
    expect(await underAttack(machine, attack, () => importStubbornly(machine, token, file))).toBe(true);
  }
  await machine.untilHealthy();
  await untilQuiet(machine);
  expect(await problemsWithImports(machine, files, outside)).toEqual([]);
});

it('a strike that has only just come is over when what it killed runs again, and no sooner', async () => {
  const killed = machine.parts.worker.current().pid;
  const anything = { line: 'worker to postgres', statement: /./, answered: false } as const;
  const { hasCome, over } = strikeAt(machine, anything, ['worker']);
  while (!hasCome()) await turn();
  await over();
  expect(machine.parts.worker.current().pid).not.toBe(killed);
  await machine.untilHealthy();
});

it('four completions and an import over lines that delay, break and go dark are done once', async () => {
  const { problems, weather } = await workUnderFaults(place, randomFrom(seed).named('short'), {
    casts: [],
    files: [],
  });
  expect(problems).toEqual([]);
  expect(faultNames.reduce((sum, trouble) => sum + weather[trouble], 0)).toBeGreaterThan(3);
});
