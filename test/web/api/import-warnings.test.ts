import { expect, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { csvOf, importing } from '../../../testing/cast/importing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { apiAt } from '../../../testing/web/api.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const web = await startWeb(own);
const { value } = await createToken(own.database.em, 'system', {
  name: 'hr',
  scopes: ['imports:write', 'users:read'],
});
const call = apiAt(web.address, value);
const cast = await makeCast(own.database);

test('the import of a file shows its warnings, and the end dates are stored (R8)', async () => {
  const { emil, timo } = cast;
  const body = csvOf(
    ['externalId', 'manager', 'jobTitle', 'endDate'],
    [emil.externalId, 'E-99999', 'Analyst', '2026-12-10'],
    [timo.externalId, cast.mira.externalId, 'Lead', ''],
  );
  const headers = { 'Content-Type': 'text/csv' };
  const sent = await call('POST', '/imports/users?confirm=2', { body, headers });
  const warnings = [{ line: 2, column: 'manager', detail: 'No one has this external ID or email.' }];
  expect(sent.json).toMatchObject({ failed: 0, errors: [] });
  await importing(own.database, 'system').execute(sent.json.id);
  const { json } = await call('GET', `/imports/${sent.json.id}`);
  expect(json).toMatchObject({ changed: 2, failed: 0, errors: [], warned: 1, warnings });
  expect((await call('GET', `/users/${emil.externalId}`)).json).toMatchObject({ endDate: '2026-12-10' });
  const csv = (await call('GET', `/imports/${sent.json.id}/errors`)).json;
  expect(csv).toContain('2,Warning: manager: No one has this external ID or email.,');
});
