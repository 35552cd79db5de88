import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { User } from '../../../../database/entities/index.ts';
import { userById } from '../../../../database/people/users.ts';
import { type Cast, makeCast } from '../../../../testing/cast/cast.ts';
import { expectProblem, pointers } from '../../../../testing/web/api.ts';
import { apiOfPeople } from './setup.ts';

const { database, em, call } = await apiOfPeople();

let cast: Cast;
beforeEach(async () => {
  cast = await makeCast(database);
});

const lena = () => `/users/${cast.lena.externalId}`;

describe('malformed calls to the users API', () => {
  test('every unknown field is reported, and nothing is changed', async () => {
    const body =
      '{"name":"Hacked","role":"super-admin","a/b~c":1,"__proto__":{"role":"admin"},"constructor":1}';
    const called = await call('PATCH', lena(), { body });
    expectProblem(called, 422, 'invalid-input');
    expect(pointers(called)).toEqual(['/__proto__', '/a~1b~0c', '/constructor', '/role']);
    expect(await userById(em, cast.lena.id)).toMatchObject({ name: 'Lena Brandt', role: 'employee' });
  });

  test.each(['null', '[]', '"text"', '5', '[{"name":"x"}]'])('the body %s is not a user', async (body) => {
    expectProblem(await call('PATCH', lena(), { body }), 422, 'invalid-input');
  });

  test.each(['{', '{"name":', 'name=x', '{"name":"x"}}', "{'name':'x'}", ''])(
    'the body %s is not JSON',
    async (body) => {
      const called = await call('PATCH', lena(), { body, headers: { 'Content-Type': 'application/json' } });
      expect([400, 415, 422]).toContain(called.status);
      expectProblem(called, called.status, called.json.code);
    },
  );

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/json; charset=latin1',
  ])('a body of type %s is rejected', async (type) => {
    const called = await call('PATCH', lena(), {
      body: '{"name":"Hacked"}',
      headers: { 'Content-Type': type },
    });
    expectProblem(called, 415, 'unsupported-body');
  });

  test('a compressed body is rejected', async () => {
    const body = gzipSync('{"name":"Hacked"}');
    const called = await call('PATCH', lena(), { body, headers: { 'Content-Encoding': 'gzip' } });
    expectProblem(called, 415, 'unsupported-body');
  });

  test('a huge body is too large, and a deeply nested one is invalid', async () => {
    expectProblem(await call('PATCH', lena(), { body: { name: 'x'.repeat(200_000) } }), 413, 'too-large');
    const deep = `{"name":${'['.repeat(40_000)}${']'.repeat(40_000)}}`;
    expectProblem(await call('PATCH', lena(), { body: deep }), 422, 'invalid-input');
  });

  test.each([
    { name: '' },
    { name: '   ' },
    { name: null },
    { name: 'x'.repeat(201) },
    { name: 'control\u0007' },
    { name: 'zero\u0000' },
    { name: 'two\nlines' },
    { name: {} },
    { email: 'nobody' },
    { email: `${'x'.repeat(300)}@x.example` },
    { department: '' },
    { department: 7 },
    { timeZone: 'Mars/Olympus' },
    { timeZone: `UTC${'x'.repeat(70)}` },
    { status: 'gone' },
    { status: null },
    { managerExternalId: '' },
    { startDate: '0000-00-00' },
  ])('%o is rejected with a pointer to the field', async (body) => {
    const called = await call('PATCH', lena(), { body });
    expectProblem(called, 422, 'invalid-input');
    expect(pointers(called)).toEqual([`/${Object.keys(body)[0]}`]);
  });

  test('an unsupported method is answered with the allowed ones', async () => {
    for (const [method, path, allowed] of [
      ['DELETE', lena(), 'GET, PUT, PATCH'],
      ['POST', lena(), 'GET, PUT, PATCH'],
      ['POST', '/users', 'GET'],
      ['GET', `${lena()}/completion`, 'POST'],
    ] as const) {
      const called = await call(method, path);
      expectProblem(called, 405, 'method-not-allowed');
      expect(called.headers.get('allow')).toBe(allowed);
    }
  });

  test('an unknown address is a problem response too', async () => {
    expectProblem(await call('GET', '/nothing-here'), 404, 'not-found');
    expectProblem(await call('GET', '/users/%E0%A4%A'), 400, 'not-understood');
  });

  test('nothing was stored', async () => {
    expect(await em.fork().count(User, { name: 'Hacked' })).toBe(0);
  });
});
