import { beforeEach, describe, expect, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { Import } from '../../../database/entities/index.ts';
import { updateImportSettings } from '../../../database/imports/settings.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { csvOf } from '../../../testing/cast/importing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { apiAt, expectProblem } from '../../../testing/web/api.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
const { value } = await createToken(em, 'system', { name: 'hr', scopes: ['imports:write'] });
const call = apiAt(web.address, value);

let cast: Cast;
beforeEach(async () => {
  cast = await makeCast(own.database);
  await updateImportSettings(em, 'system', { dateFormat: 'YYYY-MM-DD', brakeCount: 2, brakePercent: 100 });
});

const send = (lines: string[][], query = '') =>
  call('POST', `/imports/users${query}`, {
    body: csvOf(...lines),
    headers: { 'Content-Type': 'text/csv' },
  });

describe('a file over the API that changes many people', () => {
  test('is refused with the number of each kind, and of the people (R9)', async () => {
    const { emil, timo, rosa } = cast;
    const emptied = [
      ['email', 'manager', 'endDate'],
      [emil.email, '', '2099-01-31'],
      [timo.email, '', ''],
      [rosa.email, '', ''],
    ];
    const imports = await em.fork().count(Import);
    const answer = await send(emptied);
    expectProblem(answer, 409, 'confirmation-needed');
    expect(answer.json).toMatchObject({
      newEndDates: 1,
      clearedEndDates: 0,
      changes: { managersCleared: 3 },
      confirm: 3,
    });
    expect(answer.json.detail).toContain('3 people would have their manager removed.');
    expect(await em.fork().count(Import)).toBe(imports);
    expectProblem(await send(emptied, '?confirm=1'), 409, 'confirmation-needed');
    const accepted = await send(emptied, '?confirm=3');
    expect(accepted.status).toBe(202);
    expect(accepted.json).toMatchObject({ newEndDates: 1, changes: { managersCleared: 3 } });
  });

  test('asks for the same number as before when only end dates are beyond the limit', async () => {
    const leavers = [
      ['email', 'endDate', 'manager'],
      ...[cast.emil, cast.rosa, cast.timo].map(({ email }) => [email, '2099-01-31', cast.mira.email]),
      [cast.mira.email, '2099-01-31', cast.ada.email],
    ];
    const { json } = await send(leavers);
    expect(json).toMatchObject({ newEndDates: 4, clearedEndDates: 0, confirm: 4 });
    expect(json).not.toHaveProperty('changes');
    expect((await send(leavers, '?confirm=4')).json.changes).toEqual({ managersReplaced: 2 });
  });
});
