import type { Cast } from '../../testing/cast/cast.ts';
import type { Random } from '../random.ts';
import { clearedLeaver, problemsWithCompletions, untilQuiet } from './completions.ts';
import type { Environment } from './environment.ts';
import { type ImportFile, importWithRetries, newFile, problemsWithImports } from './imports.ts';
import { type NetworkFaults, withNetworkFaults } from './network-faults.ts';
import { completeWithRetries, signIn } from './retrying-user.ts';

/** The completions and imports so far. */
export interface Done {
  casts: Cast[];
  files: ImportFile[];
}

/** Leavers who are completed concurrently. */
export const completionsPerRound = 4;

/**
 * Completes people and imports a file during network faults, and adds them to `done`. Returns all problems with `done`,
 * the number of attempts, and the counts of the faults.
 */
export async function workUnderFaults(
  { machine, token, outside }: Environment,
  random: Random,
  done: Done,
): Promise<{ problems: string[]; attempts: number; counts: NetworkFaults }> {
  await machine.untilHealthy();
  const file = newFile();
  const leaving = await Promise.all(
    Array.from({ length: completionsPerRound }, async () => {
      const cast = await clearedLeaver(machine);
      return { cast, ivo: await signIn(machine, cast.ivo.email) };
    }),
  );
  done.casts.push(...leaving.map(({ cast }) => cast));
  done.files.push(file);
  const { result, counts } = await withNetworkFaults(machine, random, () =>
    Promise.all([
      importWithRetries(machine, token, file),
      ...leaving.map(({ cast, ivo }) => completeWithRetries(ivo, cast.lena.id)),
    ]),
  );
  await machine.untilHealthy();
  await untilQuiet(machine);
  const problems = [
    ...(await problemsWithCompletions(machine, done.casts, outside)),
    ...(await problemsWithImports(machine, done.files, outside)),
  ];
  return { problems, attempts: result.reduce((sum, times) => sum + times), counts };
}
