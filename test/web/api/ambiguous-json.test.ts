import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { userById } from '../../../database/people/users.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { expectProblem } from '../../../testing/web/api.ts';
import { repeatedName } from '../../../web/api/http/repeated-name.ts';
import { apiOfPeople } from './users/setup.ts';

const { database, em, call } = await apiOfPeople();
let cast: Cast;
beforeAll(async () => {
  cast = await makeCast(database);
});
const patch = (body: string | Buffer, headers = {}) =>
  call('PATCH', `/users/${cast.lena.externalId}`, {
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers,
  });

describe('a body that is not UTF-8 is a 400, and stores nothing (E2)', () => {
  test.each([
    ['Latin-1', Buffer.from('{"name":"M\xfcller"}', 'latin1')],
    ['half a surrogate', Buffer.from('7b226e616d65223a22eda080227d', 'hex')],
    ['an overlong slash', Buffer.from('{"name":"\xc0\xaf"}', 'latin1')],
    ['a letter cut in two', Buffer.from('{"name":"\xc3"}', 'latin1')],
    ['a damaged name of a field', Buffer.from('{"n\xe4me":"x"}', 'latin1')],
  ])('%s', async (_what, body) => {
    const called = await patch(body);
    expectProblem(called, 400, 'not-understood');
    expect(called.json.detail).toBe("The body isn't valid UTF-8.");
    expect((await userById(em, cast.lena.id)).name).toBe('Lena Brandt');
  });

  test.each(['utf-16', 'utf-16le', 'utf-32', 'iso-8859-1'])('the charset %s is a 415', async (charset) => {
    const body = Buffer.from('{"jobTitle":"x"}', 'utf16le');
    const headers = { 'Content-Type': `application/json; charset=${charset}` };
    expectProblem(await patch(body, headers), 415, 'unsupported-body');
  });

  test('an escaped half of a surrogate is a 422 beside its field', async () => {
    expectProblem(await patch('{"name":"\\ud800"}'), 422, 'invalid-input');
  });

  test('UTF-8 in any script is stored as it was sent', async () => {
    const { status, json } = await patch('{"jobTitle":"Müller 🧑‍🚀 Дмитрий"}', {
      'Content-Type': 'application/json; charset=UTF-8',
    });
    expect([status, json.jobTitle]).toEqual([200, 'Müller 🧑‍🚀 Дмитрий']);
  });
});

describe('a name given twice in one object is a 400 that names it (E2)', () => {
  test.each([
    ['{"name":"A","name":"B"}', '/name', 'name'],
    ['{"name":"A","n\\u0061me":"B"}', '/name', 'name'],
    ['{"jobTitle":{"a":1,"b":{"c":1,"c":1}}}', '/jobTitle/b/c', 'c'],
    ['{"x":[0,{"y":1},{"z":1,"z":2}]}', '/x/2/z', 'z'],
    ['[{"a":1,"a":1}]', '/0/a', 'a'],
    ['{"":1,"":1}', '/', ''],
    ['{"a/b~":1,"a/b~":1}', '/a~1b~0', 'a/b~'],
    ['{"__proto__":1,"__proto__":2}', '/__proto__', '__proto__'],
  ])('%s', async (body, pointer, name) => {
    const called = await patch(body);
    expectProblem(called, 400, 'not-understood');
    expect(called.json.errors).toEqual([
      { pointer, detail: expect.stringContaining(`"${name}" is given twice`) },
    ]);
    expect(called.json.detail).toContain(`"${name}"`);
  });

  test('the same name in two objects, or as a value, is none', async () => {
    const called = await patch('{"x":{"a":1},"y":{"a":1},"z":["a","a",{"a":"a"}]}');
    expectProblem(called, 422, 'invalid-input');
  });
});

describe('repeatedName', () => {
  test('finds none in what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(repeatedName(JSON.stringify(value))).toBeNull();
      }),
    );
  });

  test('finds the name that was added again, wherever it stands', () => {
    const objects = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1, noNullPrototype: true });
    const cases = fc.tuple(objects, fc.array(fc.oneof(fc.string(), fc.nat(3)), { maxLength: 5 }), fc.nat());
    fc.assert(
      fc.property(cases, ([object, path, pick]) => {
        const entries = Object.entries(object).map(
          ([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`,
        );
        const name = Object.keys(object)[pick % entries.length]!;
        const doubled = `{${[...entries, `${JSON.stringify(name)}:1`].join(' , ')}}`;
        const json = path.reduceRight<string>(wrapped, doubled);
        expect(() => JSON.parse(json)).not.toThrow();
        expect(repeatedName(json)).toEqual([...path, name]);
      }),
    );
  });
});

/** The text inside an object under a name, or inside an array at an index. */
const wrapped = (json: string, step: string | number): string =>
  typeof step === 'string'
    ? `{${JSON.stringify(step)}:${json}}`
    : `[${[...Array(step).fill('{"a":[]}'), json].join(',')}]`;
