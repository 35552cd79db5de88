import { sql } from 'kysely';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { sqlOf } from '../../../database/core/tables.ts';
import { accountFilter } from '../../../database/directory/account-filter.ts';
import { listAccounts } from '../../../database/directory/accounts.ts';
import { type Statement, spyOnQueries } from '../../../testing/cast/query-spy.ts';
import { statementsOf } from '../../../testing/cast/statements.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { asOwner } from '../../../testing/servers/owner.ts';
import { errorIn, patchOf, scimClient, urn } from '../../../testing/web/scim/client.ts';
import { startWeb } from '../../../testing/web/web.ts';
import { accountConditions } from '../../../web/scim/filter/conditions.ts';

const own = await ownDatabase();
const web = await startWeb(own, { PUBLIC_URL: 'https://lastday.example' });
const call = await scimClient(own.database, web.address);
const base = 'https://lastday.example/scim/v2';

let people = 0;
async function add(more: object = {}): Promise<{ id: string; userName: string }> {
  const userName = `user.${++people}@idp.example`;
  const { status, json } = await call('POST', '/Users', {
    schemas: [urn.user],
    userName,
    externalId: `x-${people}`,
    ...more,
  });
  expect(status).toBe(201);
  return { id: json.id, userName };
}

/** The plan of the one statement that `work` sends. */
async function planOf(work: () => Promise<unknown>): Promise<string> {
  const sent: Statement[] = [];
  await spyOnQueries((statement) => void sent.push(statement), work);
  expect(sent).toHaveLength(1);
  const client = new pg.Client(own.url);
  await client.connect();
  const { rows } = await client.query(`explain ${sent[0]!.text}`, sent[0]!.values);
  await client.end();
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

const find = (filter: string, more = '') => call('GET', `/Users?filter=${encodeURIComponent(filter)}${more}`);
const idsIn = (list: { json: { Resources: { id: string }[] } }) => list.json.Resources.map(({ id }) => id);

describe('people', () => {
  test('are found by each filter, whatever its case', async () => {
    const { id, userName } = await add({
      active: false,
      emails: [
        { value: 'Filter.One@idp.example', type: 'work' },
        { value: 'two@home.example', type: 'home' },
      ],
    });
    const externalId = `x-${people}`;
    for (const filter of [
      `userName eq "${userName.toUpperCase()}"`,
      `externalId eq "${externalId}"`,
      `id eq "${id}"`,
      'emails.value eq "filter.one@IDP.example"',
      'emails[type eq "Work" and value eq "filter.one@idp.example"]',
      'emails[type eq "home"].value eq "two@home.example"',
      `active eq false and userName eq "${userName}"`,
    ]) {
      const { status, json } = await find(filter);
      expect([filter, status, json.totalResults, json.Resources[0]?.id]).toEqual([filter, 200, 1, id]);
    }
    for (const filter of [
      'id eq "no-uuid"',
      'userName eq "nobody"',
      'emails[type eq "home" and value eq "filter.one@idp.example"]',
      `active eq true and userName eq "${userName}"`,
      `userName eq "' or 1=1 --"`,
    ]) {
      expect([filter, (await find(filter)).json.totalResults]).toEqual([filter, 0]);
    }
    const searched = await call('POST', '/Users/.search', {
      schemas: [urn.search],
      filter: `id eq "${id}"`,
      attributes: ['userName'],
    });
    expect(searched.json.Resources).toEqual([{ schemas: [urn.user], id, userName }]);
  });

  test('each filter of a large directory reads few rows, by its index', async () => {
    const em = own.database.em.fork();
    await sql`
      with people as (insert into users (name) select 'Person ' || n from generate_series(1, 3000) n returning id)
      insert into directory_accounts (id, user_id, user_name, external_id, active, attributes)
      select gen_random_uuid(), id, 'many-' || id, 'many-' || id, true,
        jsonb_build_object('name', '{}'::jsonb, 'phoneNumbers', '[]'::jsonb, 'emails',
          jsonb_build_array(jsonb_build_object('value', 'many-' || id, 'type', 'work')))
      from people`.execute(sqlOf(em));
    await asOwner(own.ownerUrl, 'analyze directory_accounts');
    for (const [filter, index] of [
      ['userName eq "many-7"', 'user_name_unique'],
      ['externalId eq "many-7"', 'external_id_unique'],
      ['emails.value eq "many-7"', 'emails_index'],
      ['emails[type eq "work" and value eq "many-7"]', 'emails_index'],
      ['active eq false', 'inactive_index'],
    ] as const) {
      const plan = await planOf(() =>
        listAccounts(em, { where: accountFilter(accountConditions(filter)), offset: 0, limit: 100 }),
      );
      expect(plan, filter).toContain(`directory_accounts_${index}`);
      expect(plan, filter).not.toMatch(/Seq Scan on directory_accounts/);
    }
    await sql`delete from directory_accounts where user_name like 'many-%'`.execute(sqlOf(em));
  });

  test('pages keep their order while people are added, and count 0 only counts', async () => {
    for (let i = 0; i < 5; i++) await add();
    const first = await call('GET', '/Users?startIndex=1&count=3');
    expect(first.json).toMatchObject({ schemas: [urn.list], startIndex: 1, itemsPerPage: 3 });
    await add();
    const second = await call('GET', '/Users?startIndex=4&count=3');
    const all = await call('GET', '/Users?count=1000');
    expect([...idsIn(first), ...idsIn(second)]).toEqual(idsIn(all).slice(0, 6));
    const counted = await call('GET', '/Users?count=0');
    expect(counted.json).toMatchObject({
      totalResults: all.json.totalResults,
      itemsPerPage: 0,
      Resources: [],
    });
    expect((await call('GET', '/Users?startIndex=-4&count=-1')).json).toMatchObject({
      startIndex: 1,
      itemsPerPage: 0,
    });
    expect((await call('GET', '/Users?startIndex=9999')).json.Resources).toEqual([]);
    expect(errorIn(await call('GET', '/Users?count=many'))).toBe('400 invalidValue');
  });

  test('attributes and excludedAttributes choose what an answer has', async () => {
    const { id, userName } = await add({
      name: { givenName: 'A', familyName: 'B' },
      [urn.enterprise]: { department: 'D', division: 'V' },
    });
    const only = await call(
      'GET',
      `/Users/${id}?attributes=USERNAME,name.familyName,${urn.enterprise}:department,nothing`,
    );
    expect(only.json).toEqual({
      schemas: [urn.user, urn.enterprise],
      id,
      userName,
      name: { familyName: 'B' },
      [urn.enterprise]: { department: 'D' },
    });
    const { json } = await call('GET', `/Users/${id}?excludedAttributes=name,meta.version,${urn.enterprise}`);
    expect(json).toMatchObject({ id, userName, active: true });
    expect([json.name, json[urn.enterprise], json.meta.version]).toEqual([undefined, undefined, undefined]);
    expect(
      (
        await call(
          'PATCH',
          `/Users/${id}?attributes=title`,
          patchOf({ op: 'add', path: 'title', value: 'CEO' }),
        )
      ).json,
    ).toEqual({
      schemas: [urn.user, urn.enterprise],
      id,
      title: 'CEO',
    });
  });

  test('versions are checked by If-Match and If-None-Match', async () => {
    const { id } = await add();
    const { headers, json } = await call('GET', `/Users/${id}`);
    const ETag = headers.get('etag')!;
    expect(ETag).toBe('W/"1"');
    expect(json.meta).toMatchObject({ version: ETag, location: `${base}/Users/${id}`, resourceType: 'User' });
    expect(
      (await call('GET', `/Users/${id}`, undefined, { headers: { 'If-None-Match': ETag } })).status,
    ).toBe(304);
    const title = patchOf({ op: 'replace', path: 'title', value: 'CEO' });
    expect(
      (await call('PATCH', `/Users/${id}`, title, { headers: { 'If-Match': ETag } })).headers.get('etag'),
    ).toBe('W/"2"');
    const late = await call('PATCH', `/Users/${id}`, patchOf({ op: 'remove', path: 'title' }), {
      headers: { 'If-Match': ETag },
    });
    expect([late.status, late.headers.get('etag')]).toEqual([412, 'W/"2"']);
    expect((await call('DELETE', `/Users/${id}`, undefined, { headers: { 'If-Match': ETag } })).status).toBe(
      412,
    );
    expect((await call('GET', `/Users/${id}`)).json.title).toBe('CEO');
  });

  test('a PATCH that fails changes nothing, and a taken userName is a 409', async () => {
    const [one, other] = [await add({ title: 'CEO' }), await add()];
    const before = (await call('GET', `/Users/${one.id}`)).json;
    const taken = { op: 'replace', path: 'userName', value: other.userName.toUpperCase() };
    const title = { op: 'replace', path: 'title', value: 'CFO' };
    expect(errorIn(await call('PATCH', `/Users/${one.id}`, patchOf(title, taken)))).toBe('409 uniqueness');
    expect(
      errorIn(
        await call('PATCH', `/Users/${one.id}`, patchOf(title, { op: 'add', path: 'active', value: 'no' })),
      ),
    ).toBe('400 invalidValue');
    expect(
      errorIn(
        await call(
          'PATCH',
          `/Users/${one.id}`,
          patchOf(title, { op: 'add', path: 'emails', value: 'no address' }),
        ),
      ),
    ).toBe('400 invalidValue');
    expect(errorIn(await call('POST', '/Users', { userName: other.userName }))).toBe('409 uniqueness');
    const badQuery = await call('PATCH', `/Users/${one.id}?attributes=emails[`, patchOf(title));
    expect(errorIn(badQuery)).toBe('400 invalidPath');
    expect((await call('GET', `/Users/${one.id}`)).json).toEqual(before);
  });

  test('a PUT replaces what it can, but neither active nor the link to the directory gets lost', async () => {
    const { id, userName } = await add({ title: 'CEO' });
    await call('PATCH', `/Users/${id}`, patchOf({ op: 'replace', path: 'active', value: false }));
    const { json } = await call('PUT', `/Users/${id}`, { schemas: [urn.user], userName, id: 'other' });
    expect(json).toMatchObject({ id, active: false, externalId: expect.any(String) });
    expect(json.title).toBeUndefined();
    expect(errorIn(await call('PUT', `/Users/${id}`, { title: 'CEO' }))).toBe('400 invalidValue');
  });

  test('a deleted person is gone, and comes back under the same id', async () => {
    const { id, userName } = await add({ externalId: 'comes-back' });
    expect((await call('DELETE', `/Users/${id}`)).status).toBe(204);
    expect((await call('GET', `/Users/${id}`)).status).toBe(404);
    expect((await call('DELETE', `/Users/${id}`)).status).toBe(404);
    expect((await find(`userName eq "${userName}"`)).json.totalResults).toBe(0);
    const again = await call('POST', '/Users', { userName, externalId: 'comes-back' });
    expect([again.status, again.json.id]).toEqual([201, id]);
  });

  test('the manager is sent back as an id once they are there', async () => {
    const { id } = await add({ [urn.enterprise]: { manager: 'boss@idp.example' } });
    const manager = async () => (await call('GET', `/Users/${id}`)).json[urn.enterprise].manager;
    expect(await manager()).toEqual({ value: 'boss@idp.example' });
    const boss = await add({ userName: 'boss@idp.example' });
    expect(await manager()).toEqual({ value: boss.id, $ref: `${base}/Users/${boss.id}` });
  });

  test('calls need few statements, however many people a page has', async () => {
    const { id } = await add();
    await call('GET', `/Users/${id}`);
    expect(await statementsOf(() => call('GET', `/Users/${id}`))).toHaveLength(3);
    expect(await statementsOf(() => call('GET', '/Users?count=200'))).toHaveLength(3);
    expect(await statementsOf(() => call('GET', '/Users?count=200&excludedAttributes=groups'))).toHaveLength(
      2,
    );
    expect(await statementsOf(() => call('GET', '/Groups?count=200'))).toHaveLength(2);
  });
});

describe('groups', () => {
  const makeGroup = async (...members: { id: string }[]) => {
    const displayName = `Group ${crypto.randomUUID()}`;
    const made = await call('POST', '/Groups', {
      schemas: [urn.group],
      displayName,
      externalId: displayName,
      members: members.map(({ id }) => ({ value: id })),
    });
    expect(made.status).toBe(201);
    return made.json;
  };
  const membersOf = async (id: string): Promise<string[]> =>
    ((await call('GET', `/Groups/${id}`)).json.members ?? []).map(({ value }: { value: string }) => value);
  const patch = (id: string, ...operations: object[]) =>
    call('PATCH', `/Groups/${id}`, patchOf(...operations));

  test('have members, and people show their groups', async () => {
    const lena = await add();
    const group = await makeGroup(lena);
    expect(group.members).toEqual([{ value: lena.id, $ref: `${base}/Users/${lena.id}`, type: 'User' }]);
    expect((await call('GET', `/Users/${lena.id}`)).json.groups).toEqual([
      { value: group.id, $ref: `${base}/Groups/${group.id}`, display: group.displayName, type: 'direct' },
    ]);
    expect(
      (await call('GET', `/Groups/${group.id}?excludedAttributes=members`)).json.members,
    ).toBeUndefined();
    for (const filter of [
      `displayName eq "${group.displayName.toUpperCase()}"`,
      `externalId eq "${group.externalId}"`,
      `id eq "${group.id}"`,
      `members[value eq "${lena.id}"]`,
      `members.value eq "${lena.id}" and displayName eq "${group.displayName}"`,
    ]) {
      const { json } = await call(
        'GET',
        `/Groups?excludedAttributes=members&filter=${encodeURIComponent(filter)}`,
      );
      expect(json).toMatchObject({ totalResults: 1, Resources: [{ id: group.id }] });
      expect(json.Resources[0].members).toBeUndefined();
    }
    expect(errorIn(await call('GET', '/Groups?filter=members%5Btype%20eq%20%22x%22%5D'))).toBe(
      '400 invalidFilter',
    );
  });

  test('get and lose members one by one, many at once, and all', async () => {
    const [a, b, c] = [await add(), await add(), await add()];
    const { id } = await makeGroup(a);
    expect(
      (
        await patch(id, {
          op: 'Add',
          path: 'members',
          value: [{ value: b.id }, { value: c.id.toUpperCase() }],
        })
      ).status,
    ).toBe(204);
    expect((await membersOf(id)).toSorted()).toEqual([a.id, b.id, c.id].toSorted());
    await patch(id, { op: 'remove', path: `members[value eq "${a.id}"]` });
    await patch(id, { op: 'Remove', path: 'members', value: [{ value: b.id }] });
    expect(await membersOf(id)).toEqual([c.id]);
    // Okta repeats the id beside what it changes.
    await patch(id, { op: 'replace', value: { id, displayName: 'Renamed', members: [{ value: a.id }] } });
    expect(await membersOf(id)).toEqual([a.id]);
    await patch(
      id,
      { op: 'add', path: 'members', value: { value: b.id } },
      { op: 'remove', path: 'members' },
      { op: 'add', value: { members: [{ value: c.id }] } },
    );
    expect(await membersOf(id)).toEqual([c.id]);
    const all = await call('PUT', `/Groups/${id}`, {
      displayName: 'Whole',
      members: [{ value: a.id }, { value: b.id }],
    });
    expect(all.json).toMatchObject({ displayName: 'Whole', externalId: expect.any(String) });
    expect((await membersOf(id)).toSorted()).toEqual([a.id, b.id].toSorted());
    expect((await call('DELETE', `/Groups/${id}`)).status).toBe(204);
    expect((await call('GET', `/Groups/${id}`)).status).toBe(404);
    expect((await call('GET', `/Users/${a.id}`)).json.groups).toBeUndefined();
  });

  test('say what is wrong and then change nothing', async () => {
    const lena = await add();
    const { id, externalId, meta } = await makeGroup(lena);
    const unknown = { op: 'add', path: 'members', value: [{ value: crypto.randomUUID() }] };
    const rename = { op: 'replace', path: 'displayName', value: 'Other' };
    for (const [operation, error] of [
      [unknown, '400 invalidValue'],
      [{ ...unknown, value: [{ value: 'no-uuid' }] }, '400 invalidValue'],
      [{ ...unknown, value: [{ value: lena.id, type: 'Group' }] }, '400 invalidValue'],
      [{ op: 'replace', path: `members[value eq "${lena.id}"].value`, value: 'x' }, '400 mutability'],
      [{ op: 'remove', path: 'members[type eq "User"]' }, '400 invalidFilter'],
      [{ op: 'remove', path: 'displayName' }, '400 mutability'],
      [{ op: 'replace', path: 'displayName', value: '' }, '400 invalidValue'],
    ] as const) {
      expect([operation, errorIn(await patch(id, rename, operation))]).toEqual([operation, error]);
    }
    expect(errorIn(await call('POST', '/Groups', { members: [] }))).toBe('400 invalidValue');
    expect(
      errorIn(await call('POST', '/Groups', { displayName: 'Same', externalId: externalId.toUpperCase() })),
    ).toBe('409 uniqueness');
    const stale = await call('PATCH', `/Groups/${id}`, patchOf(rename), { headers: { 'If-Match': 'W/"9"' } });
    expect(stale.status).toBe(412);
    expect((await call('GET', `/Groups/${id}`)).json.meta).toEqual(meta);
  });

  test('someone whom the directory deletes leaves them for good', async () => {
    const lena = await add({ externalId: 'leaves-groups' });
    const { id } = await makeGroup(lena);
    await call('DELETE', `/Users/${lena.id}`);
    expect(await membersOf(id)).toEqual([]);
    await call('POST', '/Users', { userName: lena.userName, externalId: 'leaves-groups' });
    expect(await membersOf(id)).toEqual([]);
  });

  test('a change needs as many statements for one member as for fifty', async () => {
    const many = await Promise.all(Array.from({ length: 50 }, () => add()));
    const { id } = await makeGroup();
    const adding = (members: { id: string }[]) =>
      statementsOf(() =>
        patch(id, { op: 'add', path: 'members', value: members.map((one) => ({ value: one.id })) }),
      );
    const one = await adding(many.slice(0, 1));
    expect(await adding(many)).toHaveLength(one.length);
    expect(one.length).toBeLessThanOrEqual(8);
  });
});

describe('bulk jobs', () => {
  const bulk = (operations: object[], more: object = {}) =>
    call('POST', '/Bulk', { schemas: [urn.bulk], Operations: operations, ...more });
  const post = (bulkId: string, data: object) => ({ method: 'POST', path: '/Users', bulkId, data });
  const statuses = ({ json }: { json: { Operations: { status: string }[] } }) =>
    json.Operations.map(({ status }) => status);

  test('do each operation by itself, and later ones may be named before', async () => {
    const group = { displayName: 'By bulk', members: [{ value: 'bulkId:lena' }] };
    const done = await bulk([
      { method: 'POST', path: '/Groups', bulkId: 'group', data: group },
      post('lena', { userName: 'lena.bulk', [urn.enterprise]: { manager: { value: 'bulkId:mira' } } }),
      post('bad', { userName: '' }),
      post('mira', { userName: 'mira.bulk' }),
      {
        method: 'PATCH',
        path: '/Users/bulkId:lena',
        data: patchOf({ op: 'replace', path: 'title', value: 'CEO' }),
      },
      {
        method: 'PATCH',
        path: '/Users/bulkId:bad',
        data: patchOf({ op: 'replace', path: 'title', value: 'CEO' }),
      },
      {
        method: 'PATCH',
        path: '/Groups/bulkId:group',
        data: patchOf({ op: 'remove', path: 'members[value eq "bulkId:lena"]' }),
      },
      { method: 'DELETE', path: '/Users/7' },
      { method: 'DELETE', path: '/Nothing/7' },
    ]);
    expect(statuses(done)).toEqual(['201', '201', '400', '201', '200', '409', '204', '404', '404']);
    const [made, lena, bad, mira] = done.json.Operations;
    expect(bad.response).toMatchObject({ schemas: [urn.error], scimType: 'invalidValue' });
    expect(lena).toMatchObject({
      method: 'POST',
      bulkId: 'lena',
      version: 'W/"1"',
      location: expect.stringContaining(base),
    });
    const shown = await call('GET', lena.location.slice(base.length));
    expect(shown.json).toMatchObject({
      title: 'CEO',
      [urn.enterprise]: { manager: { $ref: mira.location } },
    });
    expect((await call('GET', made.location.slice(base.length))).json.members).toBeUndefined();
  });

  test('stop after as many errors as failOnErrors says', async () => {
    const bad = { method: 'DELETE', path: `/Users/${crypto.randomUUID()}` };
    expect(
      statuses(await bulk([bad, bad, post('late', { userName: 'late.bulk' })], { failOnErrors: 2 })),
    ).toEqual(['404', '404']);
    expect((await find('userName eq "late.bulk"')).json.totalResults).toBe(0);
  });

  test('refuse a circle, and what is no job', async () => {
    const member = (bulkId: string) => ({ [urn.enterprise]: { manager: `bulkId:${bulkId}` } });
    const circle = await bulk([
      post('a', { userName: 'a.circle', ...member('b') }),
      post('b', { userName: 'b.circle', ...member('a') }),
    ]);
    expect(statuses(circle)).toEqual(['409', '409']);
    const everybody = Array.from({ length: 100 }, (_, i) => `bulkId:p${i}`);
    const knot = await bulk(
      everybody.map((_, i) => post(`p${i}`, { userName: `knot.${i}`, nickName: everybody.join(' ') })),
    );
    expect(new Set(statuses(knot))).toEqual(new Set(['409']));
    expect(
      statuses(
        await bulk([
          { method: 'PATCH', path: '/Users', data: {} },
          { method: 'PUT', path: '/Users/bulkId:x', data: {} },
        ]),
      ),
    ).toEqual(['404', '409']);
    for (const job of [
      [],
      [{ method: 'GET', path: '/Users' }],
      [{ method: 'POST', path: '/Users', data: {} }],
      [post('a', {}), post('a', {})],
    ]) {
      expect(errorIn(await bulk(job))).toBe('400 invalidSyntax');
    }
    expect(errorIn(await bulk([post('a', {})], { failOnErrors: 'x' }))).toBe('400 invalidSyntax');
    expect((await bulk(Array.from({ length: 101 }, (_, i) => post(`p${i}`, {})))).status).toBe(413);
  });
});
