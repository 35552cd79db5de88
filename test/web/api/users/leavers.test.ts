import { beforeEach, describe, expect, test } from 'vitest';
import { Offboarding } from '../../../../database/entities/index.ts';
import { completeOffboarding } from '../../../../database/offboarding/completion.ts';
import { updateUser } from '../../../../database/people/users.ts';
import { type Cast, makeCast } from '../../../../testing/cast/cast.ts';
import { expectProblem, pointers } from '../../../../testing/web/api.ts';
import { apiOfPeople } from './setup.ts';

const { database, em, call } = await apiOfPeople();

let cast: Cast;
beforeEach(async () => {
  cast = await makeCast(database);
});

const lena = () => `/users/${cast.lena.externalId}`;

async function leave(userId: number) {
  await updateUser(em, 'system', userId, { endDate: '2026-01-31' });
  const { id } = await em.fork().findOneOrFail(Offboarding, { userId });
  await completeOffboarding(em, id, 'system');
}

describe('a manager', () => {
  test('who is offboarded is stored as none, with a warning', async () => {
    await leave(cast.emil.id);
    const { status, json, headers } = await call('PATCH', lena(), {
      body: { managerExternalId: cast.emil.externalId },
    });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      managerExternalId: null,
      warnings: [{ pointer: '/managerExternalId', detail: expect.stringContaining('offboarded') }],
    });
    expect((await call('GET', lena())).headers.get('etag')).toBe(headers.get('etag'));
  });

  test('who is unknown gets a warning, and the end date is stored (R8)', async () => {
    const before = (await call('GET', lena())).json;
    for (const managerExternalId of ['E-99999', cast.lena.externalId]) {
      const { status, json } = await call('PATCH', lena(), {
        body: { managerExternalId, endDate: '2099-12-10' },
      });
      expect(status).toBe(200);
      expect(json).toMatchObject({
        endDate: '2099-12-10',
        managerExternalId: before.managerExternalId,
        warnings: [
          { pointer: '/managerExternalId', detail: expect.stringContaining('manager stays the same') },
        ],
      });
    }
  });

  test('is the only field that becomes a warning: with another bad field nothing is stored (R8)', async () => {
    const before = (await call('GET', lena())).json;
    const body = { managerExternalId: 'E-99999', timeZone: 'Mars/Base', endDate: '2099-12-11' };
    const called = await call('PATCH', lena(), { body });
    expectProblem(called, 422, 'invalid-input');
    expect(pointers(called)).toEqual(['/timeZone']);
    expect((await call('GET', lena())).json).toEqual(before);
  });
});

test('after completion, end date, status and manager accept only equal values', async () => {
  const { emil } = cast;
  await leave(emil.id);
  const path = `/users/${emil.externalId}`;
  const body = {
    name: 'Emil N.',
    endDate: '2026-01-31',
    status: 'offboarded',
    managerExternalId: cast.mira.externalId,
  };
  expect((await call('PATCH', path, { body })).json).toMatchObject({ name: 'Emil N.' });
  for (const other of [
    { endDate: '2027-01-31' },
    { endDate: null },
    { status: 'active' },
    { managerExternalId: null },
  ]) {
    expectProblem(await call('PATCH', path, { body: other }), 409, 'already-offboarded');
  }
});
