import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { letTokenContinue } from '../../../../database/access/tokens.ts';
import { sqlOf } from '../../../../database/core/tables.ts';
import { ApiToken, AuditEntry, User } from '../../../../database/entities/index.ts';
import { updateTokenLimit } from '../../../../database/workspace/settings.ts';
import { apiAt, expectProblem } from '../../../../testing/web/api.ts';
import { startWeb } from '../../../../testing/web/web.ts';
import { apiOfPeople } from './setup.ts';

const { database, em, web, newToken, own } = await apiOfPeople();
const otherProcess = await startWeb(own);

let call: ReturnType<typeof apiAt>;
let callOther: ReturnType<typeof apiAt>;
let tokenId: number;
beforeEach(async () => {
  const { token, value } = await newToken(['users:read', 'users:write']);
  tokenId = token.id;
  call = apiAt(web.address, value);
  callOther = apiAt(otherProcess.address, value);
  await setLimit(2);
});

const setLimit = (tokenLimitCount: number, tokenLimitPercent = 0, tokenLimit: 'on' | 'off' = 'on') =>
  updateTokenLimit(em, 'system', { tokenLimit, tokenLimitCount, tokenLimitPercent });

let made = 0;
/** External ids of new people with a manager, an email and an end date. */
async function people(count: number): Promise<string[]> {
  const fork = em.fork();
  const manager = fork.create(User, { name: 'Mira', externalId: `M-${++made}` });
  await fork.flush();
  const ids = Array.from({ length: count }, () => `P-${++made}`);
  for (const externalId of ids)
    fork.create(User, {
      name: externalId,
      externalId,
      email: `${externalId}@x.example`,
      managerId: manager.id,
    });
  await fork.flush();
  return ids;
}

const clearManager = (id: string, via = call) =>
  via('PATCH', `/users/${id}`, { body: { managerExternalId: null } });
const statuses = async (ids: string[], work: (id: string) => Promise<{ status: number }>) => {
  const found = [];
  for (const id of ids) found.push((await work(id)).status);
  return found;
};

describe('calls of one token that take values away', () => {
  test('stop beyond 50 people within an hour, and change nothing (R10)', async () => {
    await setLimit(50, 10);
    const ids = await people(52);
    const cleared = await statuses(ids.slice(0, 50), clearManager);
    expect(new Set(cleared)).toEqual(new Set([200]));
    const before = await call('GET', `/users/${ids[50]}`);
    const refused = await call('PATCH', `/users/${ids[50]}`, {
      body: { managerExternalId: null, jobTitle: 'Cook' },
    });
    expectProblem(refused, 409, 'confirmation-needed');
    expect(refused.json.errors).toEqual([
      { pointer: '/managerExternalId', detail: expect.stringContaining('hourly limit') },
    ]);
    expect((await call('GET', `/users/${ids[50]}`)).json).toEqual(before.json);
    const { limitNotifiedAt } = await em.fork().findOneOrFail(ApiToken, { id: tokenId });
    expect(limitNotifiedAt).toBeInstanceOf(Date);
    expect((await call('PATCH', `/users/${ids[51]}`, { body: { jobTitle: 'Cook' } })).status).toBe(200);
  });

  test('may go on to a percentage of everyone, if that is more', async () => {
    const [{ all }] = (
      await sql<{ all: number }>`select count(*) as all from users where status <> 'offboarded'`.execute(
        sqlOf(em),
      )
    ).rows as [{ all: number }];
    const ids = await people(4);
    await setLimit(1, Math.ceil((3 / (all + 5)) * 100));
    expect(await statuses(ids.slice(0, 3), clearManager)).toEqual([200, 200, 200]);
  });

  test('count across web processes, and each kind on its own', async () => {
    const ids = await people(3);
    expect((await clearManager(ids[0]!)).status).toBe(200);
    expect((await clearManager(ids[1]!, callOther)).status).toBe(200);
    expectProblem(await clearManager(ids[2]!), 409, 'confirmation-needed');
    expectProblem(await clearManager(ids[2]!, callOther), 409, 'confirmation-needed');
    const clearEmail = (id: string) => call('PATCH', `/users/${id}`, { body: { email: null } });
    expect(await statuses(ids, clearEmail)).toEqual([200, 200, 409]);
  });

  test('cancel as many offboardings as the limit permits, by PATCH and by PUT', async () => {
    const ids = await people(3);
    for (const id of ids) await call('PATCH', `/users/${id}`, { body: { endDate: '2099-01-31' } });
    const put = (id: string) =>
      call('PUT', `/users/${id}`, { body: { name: id, email: `${id}@x.example`, endDate: null } });
    expect((await call('PATCH', `/users/${ids[0]}`, { body: { endDate: null } })).status).toBe(200);
    expect(await statuses(ids.slice(1), put)).toEqual([200, 409]);
    expect((await call('GET', `/users/${ids[2]}`)).json.endDate).toBe('2099-01-31');
  });

  test('count each person once, and for an hour', async () => {
    const ids = await people(4);
    for (let round = 0; round < 3; round++) {
      await call('PATCH', `/users/${ids[0]}`, { body: { managerExternalId: ids[3] } });
      expect((await clearManager(ids[0]!)).status).toBe(200);
    }
    expect(await statuses(ids.slice(1, 3), clearManager)).toEqual([200, 409]);
    await sql`update token_removals set at = at - interval '61 minutes' where token_id = ${tokenId}`.execute(
      sqlOf(em),
    );
    expect((await clearManager(ids[2]!)).status).toBe(200);
  });

  test('are not limited when the workspace turns the limit off, or a super-admin lets the token continue', async () => {
    const ids = await people(9);
    await setLimit(0, 0, 'off');
    expect(await statuses(ids.slice(0, 3), clearManager)).toEqual([200, 200, 200]);
    await setLimit(0);
    const later = { headers: { 'Idempotency-Key': `"clear-${ids[3]}"` }, body: { managerExternalId: null } };
    expectProblem(await call('PATCH', `/users/${ids[3]}`, later), 409, 'confirmation-needed');
    await letTokenContinue(em, 'system', tokenId, new Date(Date.now() + 60_000));
    expect((await call('PATCH', `/users/${ids[3]}`, later)).status).toBe(200);
    await letTokenContinue(em, 'system', tokenId, new Date(Date.now() - 1));
    expectProblem(await clearManager(ids[4]!), 409, 'confirmation-needed');
    await setLimit(1);
    // What the token took meanwhile does not count.
    expect((await clearManager(ids[4]!)).status).toBe(200);
    expect(await em.fork().count(AuditEntry, { action: 'token.continued' })).toBe(2);
  });
});

test('nothing else counts: dates that are set or moved, first values, other values and new people', async () => {
  await setLimit(0);
  const [id, other] = (await people(2)) as [string, string];
  const bodies = [
    { endDate: '2099-01-31' },
    { endDate: '2099-02-28', managerExternalId: other, email: `new-${id}@x.example` },
    { department: 'Sales', jobTitle: 'Cook', startDate: '2020-01-01' },
    { department: null, jobTitle: null, startDate: null, status: 'suspended' },
  ];
  for (const body of bodies) expect((await call('PATCH', `/users/${id}`, { body })).status).toBe(200);
  const added = await call('PUT', `/users/N-${++made}`, { body: { name: 'New One' } });
  expect(added.status).toBe(201);
  expect((await call('PATCH', `/users/${added.json.externalId}`, { body: { endDate: null } })).status).toBe(
    200,
  );
});

test('a call that has not committed keeps no other call of its token waiting', async () => {
  const [first, second] = (await people(2)) as [string, string];
  const { id } = await em.fork().findOneOrFail(User, { externalId: first });
  await database.em.fork().transactional(async (open) => {
    await sql`insert into token_removals (token_id, kind, subject_id) values (${tokenId}, 'manager', ${id})`.execute(
      sqlOf(open),
    );
    expect((await clearManager(second)).status).toBe(200);
  });
});
