import { createToken } from '../../../database/access/tokens.ts';
import { makeFixture } from '../fixture.ts';
import type { AnsweredOperation } from '../operation.ts';
import { type RaceOptions, runOperations } from '../race.ts';
import { runDirectory } from './directory-client.ts';
import { directoryProblems } from './directory-problems.ts';
import { mergeAndErase } from './interfering.ts';
import { provisionCompany } from './provisioned.ts';

/** A race after which the problems are in words, and the answers to directories are counted by what they asked. */
interface RaceResult {
  history: AnsweredOperation[];
  problems: string[];
  counts: Record<string, number>;
}

let races = 0;

/** Runs all clients on a new company while directories speak of its people, and people are merged and erased. */
export async function raceWithDirectories(
  { database, pool, clients, random, operations }: RaceOptions,
  address: string,
  directories: number,
): Promise<RaceResult> {
  // The limit has its own tests; it would only let what follows wait.
  await pool.query(`update workspace set directory_limit = 'off'`);
  const name = `directory ${++races}`;
  const { value: token } = await createToken(database.em, 'system', { name, scopes: ['scim'] });
  const company = await provisionCompany(database, address, token, await makeFixture(database, pool));
  let isOver = false;
  const interfering = mergeAndErase(database, random.named('interfering'), company, () => isOver);
  const [stated, histories] = await Promise.all([
    Promise.all(
      Array.from({ length: directories }, (_, i) =>
        runDirectory(address, token, random.named(`directory ${i}`), company, operations * 2),
      ),
    ),
    Promise.all(
      clients.map((client) => runOperations(client, random.named(client.actor), pool, company, operations)),
    ),
  ]).finally(() => {
    isOver = true;
  });
  const all = stated.flat();
  const counts: Record<string, number> = { ...(await interfering) };
  for (const { what, status } of all) counts[`${what} ${status}`] = (counts[`${what} ${status}`] ?? 0) + 1;
  const problems = await directoryProblems(pool, address, token, company, all);
  return { history: histories.flat(), problems, counts };
}
