import type { Cast } from '../../testing/cast/cast.ts';
import type { Random } from '../random.ts';
import { completeStubbornly, signIn } from './asker.ts';
import { clearedLeaver, problemsWithCompletions, untilQuiet } from './completions.ts';
import type { Place } from './environment.ts';
import { type File, importStubbornly, newFile, problemsWithImports } from './imports.ts';
import { type NetworkFaults, withNetworkFaults } from './network-faults.ts';

/** What was done so far. */
export interface Done {
  casts: Cast[];
  files: File[];
}

/** Leavers who are completed at the same time. */
export const width = 4;

/**
 * Completes some people and imports a file in bad weather, and adds them to what was `done`. Returns everything that is
 * wrong with all of it afterwards, how often all of this had to be asked for, and the weather.
 */
export async function workUnderFaults(
  { machine, token, outside }: Place,
  random: Random,
  done: Done,
): Promise<{ problems: string[]; asked: number; weather: NetworkFaults }> {
  await machine.untilHealthy();
  const file = newFile();
  const leaving = await Promise.all(
    Array.from({ length: width }, async () => {
      const cast = await clearedLeaver(machine);
      return { cast, ivo: await signIn(machine, cast.ivo.email) };
    }),
  );
  done.casts.push(...leaving.map(({ cast }) => cast));
  done.files.push(file);
  const { result, weather } = await withNetworkFaults(machine, random, () =>
    Promise.all([
      importStubbornly(machine, token, file),
      ...leaving.map(({ cast, ivo }) => completeStubbornly(ivo, cast.lena.id)),
    ]),
  );
  await machine.untilHealthy();
  await untilQuiet(machine);
  const problems = [
    ...(await problemsWithCompletions(machine, done.casts, outside)),
    ...(await problemsWithImports(machine, done.files, outside)),
  ];
  return { problems, asked: result.reduce((sum, times) => sum + times), weather };
}
