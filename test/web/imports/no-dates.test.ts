import { beforeEach, describe, expect, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { workspaceOf } from '../../../database/core/workspace.ts';
import { AuditEntry } from '../../../database/entities/index.ts';
import { updateImportSettings } from '../../../database/imports/settings.ts';
import { updateUser, userById } from '../../../database/people/users.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { csvOf, importing } from '../../../testing/cast/importing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { apiAt, expectProblem } from '../../../testing/web/api.ts';
import { messageBeside } from '../../../testing/web/page-messages.ts';
import { type Browserlike, startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
const token = await createToken(em, 'system', { name: 'hr', scopes: ['imports:write'] });
const call = apiAt(web.address, token.value);

const words = ['0000-00-00', 'NULL', '2199-12-31'];
const settings = { dateFormat: 'YYYY-MM-DD', brakeCount: 1, brakePercent: 100 } as const;

let cast: Cast;
let ada: Browserlike;
beforeEach(async () => {
  cast = await makeCast(own.database);
  ada = await web.signIn(cast.ada.email);
  await updateImportSettings(em, 'system', { ...settings, noDates: [] });
});

const save = (noDates: string) =>
  ada.post('/settings/workspace/imports', {
    dateFormat: 'YYYY-MM-DD',
    brakeCount: '1',
    brakePercent: '100',
    noDates,
  });
const send = (body: string, query = '') =>
  call('POST', `/imports/users${query}`, { body, headers: { 'Content-Type': 'text/csv' } });
const endDateOf = async ({ id }: { id: number }) => (await userById(em, id)).endDate ?? null;
const leave = ({ id }: { id: number }) => updateUser(em, 'system', id, { endDate: '2099-12-31' });

describe('(R15) the words that mean no date', () => {
  test('are set for the workspace, and the change is recorded', async () => {
    expect((await ada.get('/settings/workspace')).text).toContain('name="noDates"');
    expect((await save(' 0000-00-00, NULL,2199-12-31, NULL ')).status).toBe(303);
    expect((await workspaceOf(em.fork())).noDates).toEqual(words);
    expect((await ada.get('/settings/workspace')).text).toContain('value="0000-00-00, NULL, 2199-12-31"');
    const changed = () =>
      em.fork().find(AuditEntry, { action: 'workspace.updated', actor: `user:${cast.ada.id}` });
    expect((await changed()).map(({ details }) => details)).toEqual([
      { fields: ['noDates'], from: [''], to: ['0000-00-00, NULL, 2199-12-31'] },
    ]);
    await save('0000-00-00, NULL, 2199-12-31');
    await updateImportSettings(em, `user:${cast.ada.id}`, settings);
    expect(await changed()).toHaveLength(1);
    expect((await workspaceOf(em.fork())).noDates).toEqual(words);
    expect((await save('')).status).toBe(303);
    expect((await workspaceOf(em.fork())).noDates).toEqual([]);
  });

  test('are refused beside the field, with what was typed', async () => {
    const { status, text } = await save('x'.repeat(41));
    expect([status, messageBeside(text, 'noDates')]).toEqual([
      422,
      'Enter up to 20 values of at most 40 characters, separated by commas.',
    ]);
    expect(text).toContain('x'.repeat(41));
  });

  test('are none by default: such a cell is an error or a date', async () => {
    const file = csvOf(['email', 'endDate'], ...words.map((word, index) => [`p${index}@x.example`, word]));
    const { id } = (await send(`${file}\n${cast.emil.email},0000-00-00`)).json;
    await importing(own.database, 'system').execute(id);
    const { errors } = (await call('GET', `/imports/${id}`)).json;
    expect(errors.filter(({ column }: { column: string }) => column === 'endDate')).toHaveLength(3);
  });

  test('count as an empty cell, which clears', async () => {
    await updateImportSettings(em, 'system', { ...settings, noDates: words });
    await leave(cast.emil);
    const cells = [...words, 'null', '0000-00-00 00:00:00', '="0000-00-00"', ' NULL '];
    for (const cell of cells) {
      await leave(cast.emil);
      const { json } = await send(csvOf(['email', 'startDate', 'endDate'], [cast.emil.email, cell, cell]));
      await importing(own.database, 'system').execute(json.id);
      expect(await endDateOf(cast.emil), cell).toBeNull();
    }
  });

  test('leave the other columns of their line alone, and mean nothing in them', async () => {
    await updateImportSettings(em, 'system', { ...settings, noDates: words });
    const { json } = await send(csvOf(['email', 'department', 'endDate'], [cast.emil.email, 'NULL', 'NULL']));
    await importing(own.database, 'system').execute(json.id);
    expect(await userById(em, cast.emil.id)).toMatchObject({ department: 'NULL' });
  });

  test('need a confirmation when they clear many end dates', async () => {
    await updateImportSettings(em, 'system', { ...settings, noDates: words });
    await leave(cast.emil);
    await leave(cast.timo);
    const file = csvOf(['email', 'endDate'], [cast.emil.email, 'NULL'], [cast.timo.email, '0000-00-00']);
    const held = await send(file);
    expectProblem(held, 409, 'confirmation-needed');
    expect(held.json).toMatchObject({ clearedEndDates: 2, confirm: 2 });
    expect(await endDateOf(cast.emil)).toBe('2099-12-31');
    expect((await send(file, '?confirm=2')).status).toBe(202);
  });

  test('prove no order of day and month', async () => {
    const american = { ...settings, dateFormat: 'MM/DD/YYYY' as const, noDates: ['31/12/2199'] };
    await updateImportSettings(em, 'system', american);
    const file = csvOf(
      ['email', 'endDate'],
      [cast.emil.email, '31/12/2199'],
      [cast.timo.email, '12/31/2099'],
    );
    expect((await send(file)).status).toBe(202);
  });
});
