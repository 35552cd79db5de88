import { expect, test } from 'vitest';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { rawRequest } from '../../../testing/web/raw-request.ts';
import { errorIn, patchOf, scimClient, urn } from '../../../testing/web/scim/client.ts';
import { startWeb } from '../../../testing/web/web.ts';

// What attackers and careless clients send. `scimClient` checks that each error is one of SCIM.
const own = await ownDatabase();
const web = await startWeb(own);
const call = await scimClient(own.database, web.address);

const filtered = (filter: string, endpoint = '/Users') => `${endpoint}?filter=${encodeURIComponent(filter)}`;
let people = 0;
const somebody = async (more: object = {}) => {
  const number = ++people;
  const { json } = await call('POST', '/Users', {
    userName: `h${number}`,
    externalId: `h-${number}`,
    ...more,
  });
  return json;
};

test('a zero byte and half of a character are refused wherever a text is', async () => {
  const { id } = await somebody();
  for (const bad of ['a\0b', '\ud800'])
    for (const [what, answer] of Object.entries({
      post: call('POST', '/Users', { userName: bad }),
      put: call('PUT', `/Users/${id}`, { userName: 'x', title: bad }),
      email: call('POST', '/Users', { userName: 'ok', emails: [{ value: bad }] }),
      manager: call('PATCH', `/Users/${id}`, patchOf({ op: 'add', path: 'manager', value: bad })),
      group: call('POST', '/Groups', { displayName: bad }),
      member: call('POST', '/Groups', { displayName: 'x', members: [{ value: bad }] }),
    }))
      expect([what, errorIn(await answer)]).toEqual([what, '400 invalidValue']);
  for (const filter of ['userName eq "\\u0000"', 'externalId eq "a\\u0000"', 'emails.value eq "\\ud800"'])
    expect([filter, errorIn(await call('GET', filtered(filter)))]).toEqual([filter, '400 invalidFilter']);
  for (const filter of ['displayName eq "\\u0000"', 'members.value eq "\\u0000"', 'id eq "\\u0000"']) {
    expect([filter, errorIn(await call('GET', filtered(filter, '/Groups')))]).toEqual([
      filter,
      '400 invalidFilter',
    ]);
    const searched = await call('POST', '/Groups/.search', { schemas: [urn.search], filter });
    expect([filter, errorIn(searched)]).toEqual([filter, '400 invalidFilter']);
  }
  for (const query of ['?x=a?filter=%00', '?filter=userName%20eq%20%22a?%00%22', '?filter=%FF'])
    expect([query, errorIn(await call('GET', `/Users${query}`))]).toEqual([query, '400 invalidValue']);
});

test('a person is found by what was sent, whatever characters it has', async () => {
  for (const userName of [
    "o'neil",
    'DOMAIN\\user',
    'a "b" %_',
    'Jürgen\u2013Straße',
    'a\u200bb',
    '𝒳@例え',
    '] or [',
  ]) {
    const { id } = await somebody({ userName });
    const { json } = await call('GET', filtered(`userName eq ${JSON.stringify(userName)}`));
    expect([userName, json.Resources.map((one: { id: string }) => one.id)]).toEqual([userName, [id]]);
  }
});

test('numbers beyond a list are the nearest, and what is no number is refused', async () => {
  await somebody();
  for (const [query, shown] of [
    ['startIndex=-1&count=1', 1],
    ['count=1e9&startIndex=1e15', 0],
    ['startIndex=9007199254740991', 0],
    ['count=-7', 0],
    ['count=', 'some'],
  ] as const) {
    const { status, json } = await call('GET', `/Users?${query}`);
    expect([query, status]).toEqual([query, 200]);
    if (shown !== 'some') expect([query, json.itemsPerPage]).toEqual([query, shown]);
  }
  for (const query of ['count=x', 'startIndex=1.5', 'count=1e999', 'count=1&count=2'])
    expect([query, errorIn(await call('GET', `/Users?${query}`))]).toEqual([query, '400 invalidValue']);
});

test('prototypes, repeated names and other types change nothing and fail nothing', async () => {
  const { id } = await somebody({ title: 'before' });
  const send = (body: string) => call('PATCH', `/Users/${id}`, body);
  const operations = (inside: string) => `{"Operations":[${inside}]}`;
  for (const [body, error] of [
    ['{"__proto__":{"Operations":[{"op":"add","path":"title","value":"x"}]}}', '400 invalidSyntax'],
    [operations('{"op":"add","op":"remove","path":"title"}'), '400 invalidSyntax'],
    [operations('{"op":"add","value":{"title":"x","title":"y"}}'), '400 invalidSyntax'],
    [operations('{"op":"add","path":"title","value":{"a":1}}'), '400 invalidValue'],
    [operations('{"op":"add","path":{},"value":1}'), '400 invalidSyntax'],
    [operations('{"op":"remove"}'), '400 noTarget'],
    [operations('{"op":"add","path":"id","value":"x"}'), '400 mutability'],
    [operations('{"op":"add","path":"emails[","value":"x"}'), '400 invalidPath'],
    ['{"Operations":{}}', '400 invalidSyntax'],
    ['{"Operations":[]}', '400 invalidSyntax'],
    ['{"Operations":[null]}', '400 invalidSyntax'],
  ] as const)
    expect([body, errorIn(await send(body))]).toEqual([body, error]);
  for (const value of ['{"__proto__":{"title":"x"}}', '{"constructor":{"prototype":{"title":"x"}}}']) {
    const { status, json } = await send(operations(`{"op":"add","value":${value}}`));
    expect([status, json.title]).toEqual([200, 'before']);
  }
  expect(Object.keys(Object.prototype)).toEqual([]);
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    expect((await call('GET', `/Users/${id}?attributes=${name}`)).status).toBeLessThan(500);
    expect((await call('GET', `/Schemas/${name}`)).status).toBe(404);
    expect((await call('GET', `/${name}`)).status).toBe(404);
  }
});

test('methods and addresses beside the right ones are SCIM errors', async () => {
  const { id } = await somebody();
  const { id: group } = (await call('POST', '/Groups', { displayName: 'g' })).json;
  for (const [method, path, status] of [
    ['HEAD', '/Users', 200],
    ['HEAD', `/Users/${id}`, 200],
    ['OPTIONS', '/Users', 405],
    ['OPTIONS', '/Me', 405],
    ['PATCH', '/Users', 405],
    ['POST', `/Users/${id}`, 405],
    ['GET', '/Bulk', 405],
    ['GET', '/Users/.search', 405],
    ['GET', '/Users/', 200],
    ['GET', `/Users/${id}/`, 200],
    ['GET', `/Users/${group}`, 404],
    ['GET', `/Groups/${id}`, 404],
    ['DELETE', `/Groups/${id}`, 404],
    ['GET', `/Users/${id}%00`, 404],
    ['GET', `/Users/..%2f..%2fsettings`, 404],
    ['GET', '//Users', 404],
  ] as const)
    expect([method, path, (await call(method, path)).status]).toEqual([method, path, status]);
  // Other addresses are not SCIM's, and tell nothing.
  const host = `Host: ${new URL(web.address).host}`;
  for (const path of [
    '//scim//v2/Users',
    '/scim//v2/Users',
    '/scim/v2/../v2/Users',
    '/scim',
    '/scim/v1/Users',
  ]) {
    const { status, body } = await rawRequest(web.address, [`GET ${path} HTTP/1.1`, host]);
    expect([path, status < 500, body.includes('"userName"')]).toEqual([path, true, false]);
  }
});

test('If-Match: * is any version of a person who is there', async () => {
  const { id } = await somebody();
  const patch = patchOf({ op: 'add', path: 'title', value: 'x' });
  const sent = { headers: { 'If-Match': '*' } };
  expect((await call('PATCH', `/Users/${id}`, patch, sent)).status).toBe(200);
  expect((await call('PATCH', `/Users/${crypto.randomUUID()}`, patch, sent)).status).toBe(404);
  for (const tag of ['W/"99"', '""', 'x', ','])
    expect([
      tag,
      (await call('DELETE', `/Users/${id}`, undefined, { headers: { 'If-Match': tag } })).status,
    ]).toEqual([tag, 412]);
});

test('the same POST many times at once and again later is one person', async () => {
  for (const person of [
    { userName: 'twice', externalId: 'twice-1' },
    { userName: 'twice@idp.example', externalId: 'twice-2', emails: [{ value: 'twice@idp.example' }] },
    { userName: 'thrice@idp.example' },
  ]) {
    const answers = await Promise.all(Array.from({ length: 8 }, () => call('POST', '/Users', person)));
    for (const answer of answers) expect(['201', '409 uniqueness']).toContain(errorIn(answer));
    const ids = new Set(answers.flatMap(({ status, json }) => (status === 201 ? [json.id] : [])));
    expect(ids.size).toBe(1);
    const { json } = await call('GET', filtered(`userName eq "${person.userName}"`));
    expect([json.totalResults, json.Resources[0].id]).toEqual([1, [...ids][0]]);
    const again = await call('POST', '/Users', person);
    expect(errorIn(again)).toBe('externalId' in person ? '201' : '409 uniqueness');
  }
});

test('many calls about one person at once are all answered, and the newest version holds', async () => {
  const { id } = await somebody();
  await own.database.em.getConnection().execute(`update workspace set directory_limit = 'off'`);
  const answers = await Promise.all(
    Array.from({ length: 24 }, (_, i) =>
      call(
        'PATCH',
        `/Users/${id}`,
        patchOf({ op: 'Replace', value: { active: i % 2 === 0, title: `t${i}` } }),
      ),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  const { json } = await call('GET', `/Users/${id}`);
  const newest = answers.find((answer) => answer.json.meta.version === json.meta.version);
  expect(newest?.json).toEqual(json);
});

test('the largest group that fits a body is taken, and a larger one is refused', async () => {
  const { id } = await somebody();
  const members = (count: number) => Array.from({ length: count }, () => ({ value: id }));
  const large = (count: number) => call('POST', '/Groups', { displayName: 'large', members: members(count) });
  expect([(await large(25_000)).status, errorIn(await large(20_001))]).toEqual([413, '400 invalidValue']);
  expect((await large(10_000)).status).toBe(201);
  const many = patchOf(...Array.from({ length: 1_001 }, () => ({ op: 'add', path: 'title', value: 'x' })));
  expect(errorIn(await call('PATCH', `/Users/${id}`, many))).toBe('400 invalidSyntax');
});
