import { expect } from 'vitest';
import { listRefusals } from '../../../../database/access/sign-in-refusals.ts';
import { statementsOf } from '../../../../testing/cast/statements.ts';
import { startLyingProvider } from '../../../../testing/outside/lying-provider.ts';
import { consoleTests } from '../../../../testing/web/console.ts';
import { refusedClaims, refuseInTurns, roleVariables, shownBy } from '../../../../testing/web/refusals.ts';

const provider = await startLyingProvider();
const { database, em, web, test } = await consoleTests({ ...provider.variables, ...roleVariables });

test('every refusal shows the same page, and takes the same statements (prove/sign-in.prove.ts measures the time)', async ({
  cast,
}) => {
  const kinds = await refusedClaims(database, cast, provider.issuer);
  // A page reads the name of the workspace once in ten seconds.
  await web.stranger().get('/sign-in');
  const seen = [];
  for (const [kind, claims] of Object.entries(kinds)) {
    const statements = await statementsOf(async () => {
      const { answers } = await refuseInTurns(web, provider, { [kind]: claims }, 1);
      seen.push(shownBy(answers[0]!));
    });
    const { cause } = (await listRefusals(em, 1)).rows[0]!;
    expect(cause).toBe(kind);
    seen.push({ statements });
  }
  const [page, statements, ...others] = seen;
  expect(page).toMatchObject({ status: 403 });
  for (const [index, other] of others.entries()) expect(other).toEqual(index % 2 === 0 ? page : statements);
});
