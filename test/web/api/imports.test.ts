import { beforeEach, describe, expect, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { AuditEntry, Import } from '../../../database/entities/index.ts';
import { updateImportSettings } from '../../../database/imports/settings.ts';
import type { Scope } from '../../../domain/access/scopes.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { csvOf, importing } from '../../../testing/cast/importing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { apiAt, expectProblem } from '../../../testing/web/api.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
const tokenWith = async (name: string, scopes: Scope[]) =>
  (await createToken(em, 'system', { name, scopes })).value;
const call = apiAt(web.address, await tokenWith('hr', ['imports:write']));

let cast: Cast;
beforeEach(async () => {
  cast = await makeCast(own.database);
  await updateImportSettings(em, 'system', { dateFormat: 'YYYY-MM-DD', brakeCount: 1, brakePercent: 100 });
});

const send = (body: string | Uint8Array, query = '', headers: Record<string, string> = {}) =>
  call('POST', `/imports/users${query}`, {
    body,
    headers: { 'Content-Type': 'text/csv; charset=utf-8', ...headers },
  });
const leavers = (...people: { email: string }[]) =>
  csvOf(['email', 'endDate'], ...people.map(({ email }) => [email, '2027-01-31']));

describe('a file', () => {
  test('is accepted, started, and can be followed to its end', async () => {
    const answer = await send(csvOf(['email', 'department'], [cast.emil.email, 'Moved'], ['nobody', 'x']));
    expect(answer.status).toBe(202);
    expect(answer.json).toMatchObject({ state: 'starting', lines: 2, changed: 0, endedAt: null });
    expect(answer.headers.get('location')).toBe(`/api/v1/imports/${answer.json.id}`);
    await importing(own.database, 'system').execute(answer.json.id);
    const { status, json } = await call('GET', `/imports/${answer.json.id}`);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      state: 'done',
      lines: 2,
      changed: 1,
      failed: 1,
      endedAt: expect.any(String),
    });
    expect(json.errors).toEqual([
      { line: 3, column: 'email', detail: 'Expected an email such as name@example.com.' },
      { line: 3, column: 'name', detail: 'A new person needs a name.' },
    ]);
    expect(await em.fork().count(AuditEntry, { actor: 'token:hr', userId: cast.emil.id })).toBe(1);
  });

  test('returns the rejected lines, which can be corrected and sent again', async () => {
    const file = csvOf(['email', 'department'], [cast.emil.email, 'Moved'], ['nobody', '=1+1']);
    const { id } = (await send(file)).json;
    await importing(own.database, 'system').execute(id);
    const { status, headers, json: csv } = await call('GET', `/imports/${id}/errors`);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    expect(headers.get('content-disposition')).toBe(`attachment; filename=errors-of-import-${id}.csv`);
    const [head, line, end] = csv.split('\r\n');
    expect(head).toBe('Line,Problems,email,department');
    expect(line).toMatch(/^3,.*Expected an email.*,nobody,'=1\+1$/);
    expect(end).toBe('');
    const corrected = csv.replace('nobody', cast.timo.email);
    const again = (await send(corrected)).json.id;
    await importing(own.database, 'system').execute(again);
    expect((await call('GET', `/imports/${again}`)).json).toMatchObject({ changed: 1, failed: 0 });
    expect((await call('GET', `/imports/${again}/errors`)).json.split('\r\n')).toHaveLength(2);

    await em.fork().nativeUpdate(Import, { id }, { linesDeletedAt: new Date() });
    expectProblem(await call('GET', `/imports/${id}/errors`), 410, 'lines-deleted');
  });

  test('can be polled with an ETag', async () => {
    const { id } = (await send(csvOf(['email'], [cast.emil.email]))).json;
    const known = (await call('GET', `/imports/${id}`)).headers.get('etag')!;
    const ask = () => call('GET', `/imports/${id}`, { headers: { 'If-None-Match': known } });
    expect((await ask()).status).toBe(304);
    await importing(own.database, 'system').execute(id);
    expect((await ask()).json).toMatchObject({ state: 'done', unchanged: 1, managersPending: 0 });
  });

  test('with many leavers needs a confirmation, and the response says how', async () => {
    const file = leavers(cast.emil, cast.timo, cast.rosa);
    const before = await em.fork().count(Import);
    const held = await send(file);
    expectProblem(held, 409, 'confirmation-needed');
    expect(held.json).toMatchObject({
      newEndDates: 3,
      clearedEndDates: 0,
      confirm: 3,
      detail: expect.stringContaining('?confirm=3'),
    });
    expectProblem(await send(file, '?confirm=2'), 409, 'confirmation-needed');
    expect(await em.fork().count(Import)).toBe(before);
    expect((await send(file, '?confirm=3')).json).toMatchObject({ newEndDates: 3, state: 'starting' });
  });

  test('with few leavers needs no confirmation', async () => {
    expect((await send(leavers(cast.emil))).status).toBe(202);
  });

  test.each<[string, number, string, string]>([
    ['is empty', 422, 'empty-file', ''],
    ['has a header alone', 422, 'empty-file', 'email\n'],
    ['has columns nobody knows', 422, 'unknown-columns', 'email,Salary\na@x.example,1'],
    ['names nobody', 422, 'missing-columns', 'name\nx'],
    ['is broken', 422, 'broken-file', 'email\n"a'],
    ['is no CSV', 422, 'not-csv', 'PK\u0003\u0004'],
  ])('that %s gets %i %s', async (_, status, code, body) => {
    expectProblem(await send(body), status, code);
  });

  test('may have unknown columns when the caller asks to leave them out', async () => {
    expect((await send(`email,Salary\n${cast.emil.email},1`, '?unknownColumns=leave-out')).status).toBe(202);
  });

  test('is rejected early without breaking the connection', async () => {
    const line = `a@x.example,${'1'.repeat(1_000)}\n`;
    expectProblem(await send(`email,Salary\n${line.repeat(20_000)}`), 422, 'unknown-columns');
    expectProblem(await send(new Uint8Array(51 * 1024 * 1024).fill(65)), 413, 'too-large');
  });

  test('must be CSV', async () => {
    for (const type of ['application/json', 'multipart/form-data; boundary=x', 'application/vnd.ms-excel']) {
      expectProblem(await send('email\na@x.example', '', { 'Content-Type': type }), 415, 'unsupported-body');
    }
    expectProblem(
      await send('email\na@x.example', '', { 'Content-Encoding': 'gzip' }),
      415,
      'unsupported-body',
    );
  });

  test('accepts only known parameters', async () => {
    const { json } = await send('email\na', '?confirm=many&force=1&unknownColumns=yes');
    expect(json.errors.map(({ parameter }: { parameter: string }) => parameter).sort()).toEqual([
      'confirm',
      'force',
      'unknownColumns',
    ]);
  });
});

test('an import needs its scope, and only imports of people are visible', async () => {
  const token = await tokenWith('other', ['users:write']);
  for (const [method, path] of [
    ['POST', '/imports/users'],
    ['GET', '/imports/1'],
    ['GET', '/imports/1/errors'],
  ] as const) {
    expectProblem(await call(method, path, { token }), 403, 'scope-missing');
    expectProblem(await call(method, path, { token: null }), 401, 'token-missing');
  }
  const { id } = await importing(own.database, 'system').upload(
    'assets',
    csvOf(['tag', 'model'], ['X', 'Y']),
  );
  for (const unknown of [id, 999_999, 'x'])
    for (const part of ['', '/errors'])
      expectProblem(await call('GET', `/imports/${unknown}${part}`), 404, 'not-found');
});
