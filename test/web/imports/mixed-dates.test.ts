import { beforeEach, describe, expect, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { Import, ImportRow } from '../../../database/entities/index.ts';
import { updateImportSettings } from '../../../database/imports/settings.ts';
import { userById } from '../../../database/people/users.ts';
import type { DateFormat } from '../../../domain/parse-date.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { csvOf, importing } from '../../../testing/cast/importing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { apiAt, expectProblem } from '../../../testing/web/api.ts';
import { messageBeside } from '../../../testing/web/page-messages.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
const token = await createToken(em, 'system', { name: 'hr', scopes: ['imports:write'] });
const call = apiAt(web.address, token.value);

let cast: Cast;
beforeEach(async () => {
  cast = await makeCast(own.database);
});
const writing = (dateFormat: DateFormat) =>
  updateImportSettings(em, 'system', { dateFormat, brakeCount: 1_000, brakePercent: 100 });
const send = (body: string) =>
  call('POST', '/imports/users', { body, headers: { 'Content-Type': 'text/csv' } });
/** Sends a file and executes it. Returns its result. */
async function resultOf(body: string) {
  const { id } = (await send(body)).json;
  await importing(own.database, 'system').execute(id);
  return (await call('GET', `/imports/${id}`)).json;
}

describe('(R14) a column with a date in the other order', () => {
  const file = () =>
    csvOf(
      ['email', 'endDate'],
      [cast.emil.email, '05/02/2027'],
      [cast.timo.email, '13/02/2027'],
      [cast.rosa.email, '01/03/2027'],
      [cast.mira.email, '28/02/2027'],
    );

  test('stops the file over the API, with the line that proves it', async () => {
    await writing('MM/DD/YYYY');
    const before = [await em.fork().count(Import), await em.fork().count(ImportRow)];
    const refused = await send(file());
    expectProblem(refused, 422, 'mixed-dates');
    expect(refused.json.detail).toBe(
      'The dates in “endDate” are mixed: line 3, “13/02/2027”, must be day first, but this workspace expects month first (MM/DD/YYYY). Nothing was imported. Write all dates as 2026-12-31, or set the date format under Workspace.',
    );
    expect([await em.fork().count(Import), await em.fork().count(ImportRow)]).toEqual(before);
    expect((await userById(em, cast.emil.id)).endDate ?? null).toBeNull();
  });

  test('stops the file in the console, beside the field', async () => {
    await writing('MM/DD/YYYY');
    const nora = await web.signIn(cast.nora.email);
    const answer = await nora.upload('/imports/users', { bytes: file() });
    expect(answer.status).toBe(422);
    expect(messageBeside(answer.text, 'file')).toContain('line 3, “13/02/2027”, must be day first');
  });

  test('may be any column of dates, far down and written as a formula', async () => {
    await writing('DD.MM.YYYY');
    const lines = Array.from({ length: 2_000 }, (_, index) => [
      `p${index}@x.example`,
      '05.02.2027',
      '06.02.2027',
    ]);
    lines[1_500]![1] = '="12/31/2026"';
    const refused = await send(csvOf(['email', 'First day', 'Last day'], ...lines));
    expectProblem(refused, 422, 'mixed-dates');
    expect(refused.json.detail).toContain(
      'in “First day” are mixed: line 1502, “12/31/2026”, must be month first',
    );
  });

  test('may have two orders where the workspace has none', async () => {
    await writing('YYYY-MM-DD');
    const people = [cast.emil.email, cast.timo.email];
    const mixed = csvOf(['email', 'endDate'], [people[0]!, '13/02/2027'], [people[1]!, '02/13/2027']);
    const refused = await send(mixed);
    expectProblem(refused, 422, 'mixed-dates');
    expect(refused.json.detail).toContain(
      'line 3, “02/13/2027”, must be month first, but line 2, “13/02/2027”, must be day first.',
    );
    expect(await resultOf(file())).toMatchObject({ lines: 4, failed: 4 });
  });

  test('is no reason to stop when a date only does not exist', async () => {
    await writing('DD.MM.YYYY');
    const { errors } = await resultOf(csvOf(['email', 'endDate'], [cast.emil.email, '31.02.2027']));
    expect(errors).toEqual([
      { line: 2, column: 'endDate', detail: "“31.02.2027” doesn't exist: February 2027 has 28 days." },
    ]);
  });
});
