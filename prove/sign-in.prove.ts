import { expect } from 'vitest';
import { startLyingProvider } from '../testing/outside/lying-provider.ts';
import { consoleTests } from '../testing/web/console.ts';
import { medianOf, refusedClaims, refuseInTurns, roleVariables } from '../testing/web/refusals.ts';

const provider = await startLyingProvider();
const { database, web, test } = await consoleTests({ ...provider.variables, ...roleVariables });

test('refused sign-ins of every kind take the same time: medians of 200 of each within 10 %', async ({
  cast,
}) => {
  const kinds = await refusedClaims(database, cast, provider.issuer);
  // The first ones warm the caches of the process and of PostgreSQL.
  await refuseInTurns(web, provider, kinds, 20);
  const { times } = await refuseInTurns(web, provider, kinds, 200);
  const medians = Object.fromEntries(Object.entries(times).map(([kind, all]) => [kind, medianOf(all)]));
  const [shortest, longest] = [Math.min(...Object.values(medians)), Math.max(...Object.values(medians))];
  console.log('medians in ms', medians);
  expect(longest / shortest, JSON.stringify(medians)).toBeLessThan(1.1);
});
