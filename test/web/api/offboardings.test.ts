import { beforeEach, describe, expect, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { setEndDate } from '../../../database/offboarding/offboardings.ts';
import { createUser } from '../../../database/people/users.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { apiAt, expectProblem } from '../../../testing/web/api.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
const { value } = await createToken(em, 'system', {
  name: 'reports',
  scopes: ['offboardings:read', 'users:read'],
});
const call = apiAt(web.address, value);

let cast: Cast;
beforeEach(async () => {
  cast = await makeCast(own.database);
});

/** Reads all pages of a list. */
async function everything(path: string): Promise<{ id: number }[]> {
  const items: { id: number }[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { json }: { json: { items: { id: number }[]; nextCursor: string | null } } = await call(
      'GET',
      `${path}${cursor && `&cursor=${cursor}`}`,
    );
    items.push(...json.items);
    cursor = json.nextCursor;
  }
  return items;
}

describe('an offboarding', () => {
  test('shows its user, the open counts and the open items', async () => {
    const { json } = await call('GET', `/offboardings/${cast.offboardingId}`);
    expect(json).toMatchObject({
      id: cast.offboardingId,
      state: 'open',
      closedAt: null,
      closedBy: null,
      user: {
        id: cast.lena.id,
        externalId: cast.lena.externalId,
        name: 'Lena Brandt',
        endDate: cast.lastDay,
        status: 'active',
      },
      open: { hardware: 1, software: 1, requests: 1 },
      checklist: {
        hardware: [{ assignmentId: cast.laptop.assignmentId, tag: cast.laptop.tag }],
        software: [{ seatId: cast.seatId, license: cast.license.name }],
        requests: [{ requestId: cast.requestId, item: 'Second monitor', status: 'pending' }],
      },
    });
  });

  test('that was completed shows by whom, and nothing open', async () => {
    await clearChecklist(own.database, cast);
    await completeOffboarding(em, cast.offboardingId, 'token:hr');
    const { json } = await call('GET', `/offboardings/${cast.offboardingId}`);
    expect(json).toMatchObject({
      state: 'completed',
      closedBy: 'token:hr',
      closedAt: expect.any(String),
      user: { status: 'offboarded' },
      open: null,
      checklist: null,
    });
  });

  test('that was cancelled shows no open items', async () => {
    await setEndDate(em, `user:${cast.nora.id}`, cast.lena.id, null);
    const { json } = await call('GET', `/offboardings/${cast.offboardingId}`);
    expect(json).toMatchObject({ state: 'cancelled', closedBy: `user:${cast.nora.id}`, open: null });
  });

  test.each(['0', '999999999', '2147483648', 'x', '-1', '1.5', '%00'])('%s is a 404', async (id) => {
    expectProblem(await call('GET', `/offboardings/${id}`), 404, 'not-found');
  });
});

describe('the list of offboardings', () => {
  test('is filtered by state', async () => {
    const idsOf = async (state: string) =>
      (await everything(`/offboardings?limit=200&state=${state}`)).map(({ id }) => id);
    expect(await idsOf('open')).toContain(cast.offboardingId);
    await setEndDate(em, 'system', cast.lena.id, null);
    expect(await idsOf('open')).not.toContain(cast.offboardingId);
    expect(await idsOf('cancelled')).toContain(cast.offboardingId);
    expect(await idsOf('completed')).not.toContain(cast.offboardingId);
  });

  test.each(['state=gone', 'state=', 'state=open&state=open', 'status=open', 'state[]=open', 'page=2'])(
    'refuses ?%s',
    async (query) => {
      const refused = await call('GET', `/offboardings?${query}`);
      expectProblem(refused, 422, 'invalid-input');
      expect(refused.json.errors[0].parameter).toBe(decodeURIComponent(query.split('=')[0]!));
    },
  );
});

describe('a list', () => {
  test('is paginated by cursor, with each item once and in order', async () => {
    const ids = (await everything('/users?limit=3')).map(({ id }) => id);
    expect(ids).toContain(cast.emil.id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    expect(ids).toEqual((await everything('/users?limit=200')).map(({ id }) => id));
  });

  test('links to its next page', async () => {
    const { headers, json } = await call('GET', '/users?limit=1');
    const [, next] = /^<\/api\/v1(\/users\?.*)>; rel="next"$/.exec(headers.get('link') ?? '') ?? [];
    const following = await call('GET', next!);
    expect(following.json.items[0].id).toBeGreaterThan(json.items[0].id);
    const last = await call('GET', '/users?limit=200');
    expect(last.json.nextCursor).toBeNull();
    expect(last.headers.get('link')).toBeNull();
  });

  test('includes users who are added while it is read', async () => {
    const { json } = await call('GET', '/users?limit=200');
    const email = `late${cast.ada.id}@x.example`;
    const late = await createUser(em, 'system', { name: 'Late', email });
    const first = await call('GET', `/users?limit=${json.items.length}`);
    const rest = await call('GET', `/users?limit=200&cursor=${first.json.nextCursor}`);
    expect(rest.json.items.map(({ id }: { id: number }) => id)).toEqual([late]);
    expect(rest.json.items[0].externalId).toBeNull();
  });
});
