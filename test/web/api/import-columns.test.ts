import { beforeEach, describe, expect, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { Import, User } from '../../../database/entities/index.ts';
import { updateImportSettings } from '../../../database/imports/settings.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { importing } from '../../../testing/cast/importing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { apiAt, expectProblem } from '../../../testing/web/api.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
const token = await createToken(em, 'system', { name: 'hr', scopes: ['imports:write'] });
const call = apiAt(web.address, token.value);
await updateImportSettings(em, 'system', { dateFormat: 'DD.MM.YYYY', brakeCount: 1_000, brakePercent: 100 });

let cast: Cast;
beforeEach(async () => {
  cast = await makeCast(own.database);
});

const send = (body: string, columns?: unknown, more = '') => {
  const text = typeof columns === 'string' ? columns : JSON.stringify(columns);
  const query = columns === undefined ? '' : `?columns=${encodeURIComponent(text)}${more}`;
  return call('POST', `/imports/users${query}`, { body, headers: { 'Content-Type': 'text/csv' } });
};
const run = async (body: string, columns?: unknown) => {
  const { json } = await send(body, columns);
  return importing(own.database, 'system').execute(json.id);
};
const personOf = (externalId: string) => em.fork().findOneOrFail(User, { externalId });

describe('(R17) the titles of HR exports', () => {
  test('are known in English, and first and last name make the name', async () => {
    const id = `c-${cast.emil.id}`;
    const file = [
      'Employee ID,First name,Last name,Work Email,Hire Date,Termination Date,Supervisor ID',
      `${id},Ana,Ruiz,${id}@x.example,2020-01-01,2099-12-31,${cast.mira.externalId}`,
    ].join('\n');
    expect(await run(file)).toMatchObject({ results: { created: 1, failed: 0 } });
    expect(await personOf(id)).toMatchObject({
      name: 'Ana Ruiz',
      email: `${id}@x.example`,
      startDate: '2020-01-01',
      endDate: '2099-12-31',
      managerId: cast.mira.id,
    });
  });

  test('are known in German', async () => {
    const id = `d-${cast.emil.id}`;
    const file = [
      'Personalnummer;Vorname;Nachname;E-Mail;Abteilung;Vorgesetzter;Eintrittsdatum;Austrittsdatum',
      `${id};Jörg;Müller;${id}@x.example;Lager;${cast.mira.externalId};01.02.2020;31.12.2099`,
    ].join('\r\n');
    expect(await run(file)).toMatchObject({ results: { created: 1, failed: 0 } });
    expect(await personOf(id)).toMatchObject({
      name: 'Jörg Müller',
      department: 'Lager',
      endDate: '2099-12-31',
    });
  });

  test('half a name renames nobody', async () => {
    const { externalId, name } = cast.emil;
    for (const line of [`${externalId},Ana,`, `${externalId},,Ruiz`, `${externalId},Ana`])
      expect(await run(`externalId,firstName,lastName\n${line}\n`)).toMatchObject({
        results: { unchanged: 1 },
      });
    expect(await personOf(externalId)).toMatchObject({ name });
    expectProblem(await send(`externalId,First name\n${externalId},Ana\n`), 422, 'unknown-columns');
  });
});

describe('(R17) ?columns=', () => {
  const file = () => `Nr,Exit dt,Pay,Department\n${cast.emil.externalId},31.12.2099,1,Mapped\n`;
  const columns = { Nr: 'externalId', 'Exit dt': 'endDate', Pay: null };

  test('says what the columns of a file are', async () => {
    expect(await run(file(), columns)).toMatchObject({ results: { changed: 1 } });
    expect(await personOf(cast.emil.externalId)).toMatchObject({
      department: 'Mapped',
      endDate: '2099-12-31',
    });
  });

  test('stops with a header that the file does not have, and with one that it does not name', async () => {
    const before = await em.fork().count(Import);
    const refused = await send(file(), { ...columns, Leaver: null });
    expectProblem(refused, 422, 'unknown-columns');
    expect(refused.json.detail).toContain("“columns” names Leaver, which the file doesn't have");
    expectProblem(await send(file(), { Nr: 'externalId', Pay: null }), 422, 'unknown-columns');
    expectProblem(await send(file(), { Nr: null, 'Exit dt': 'endDate', Pay: null }), 422, 'missing-columns');
    expectProblem(await send(file(), { ...columns, Pay: 'firstName' }), 422, 'missing-columns');
    expectProblem(await send(file(), { ...columns, Pay: 'department' }), 422, 'broken-file');
    expect(await em.fork().count(Import)).toBe(before);
    expect((await send(file(), { Nr: 'externalId' }, '&unknownColumns=leave-out')).status).toBe(202);
  });

  test.each<[string, unknown]>([
    ['no JSON', '{"Nr"'],
    ['a list', '["externalId"]'],
    ['a text', '"externalId"'],
    ['an unknown column', { Nr: 'role' }],
    ['a number', { Nr: 1 }],
    ['a column twice', { Nr: 'externalId', Pay: 'externalId' }],
    ['a header twice', '{"Nr":"externalId","Nr":"email"}'],
    ['a header twice, once escaped', '{"Nr":"externalId","\\u004er":"email"}'],
    ['a header twice, once with a blank', '{"Nr":"externalId","Nr ":"email"}'],
  ])('with %s is not valid', async (_, text) => {
    const refused = await send(file(), text);
    expectProblem(refused, 422, 'invalid-input');
    expect(refused.json.errors).toEqual([{ parameter: 'columns', detail: expect.any(String) }]);
  });

  test('finds a header that is composed in another way', async () => {
    const composed = 'K\u00fcrzel';
    const body = `${composed.normalize('NFD')},department\n${cast.emil.externalId},Composed\n`;
    expect((await send(body, { [composed]: 'externalId' })).status).toBe(202);
    expect((await send(body.normalize('NFC'), { [composed.normalize('NFD')]: 'externalId' })).status).toBe(
      202,
    );
  });
});
