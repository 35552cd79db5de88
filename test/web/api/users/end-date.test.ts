import { beforeEach, describe, expect, test } from 'vitest';
import { AuditEntry, Offboarding } from '../../../../database/entities/index.ts';
import { type Cast, makeCast } from '../../../../testing/cast/cast.ts';
import { expectProblem, pointers } from '../../../../testing/web/api.ts';
import { apiOfPeople } from './setup.ts';

const { database, em, newToken, call } = await apiOfPeople();

let cast: Cast;
beforeEach(async () => {
  cast = await makeCast(database);
});

const lena = () => `/users/${cast.lena.externalId}`;
const offboardingOf = (userId: number) =>
  em.fork().findOne(Offboarding, { userId }, { orderBy: { id: 'desc' } });

describe('an end date', () => {
  test('opens an offboarding, moves it, and cancels it when cleared', async () => {
    const address = `/users/${cast.emil.externalId}`;
    expect((await call('PATCH', address, { body: { endDate: '2099-01-31' } })).json).toMatchObject({
      endDate: '2099-01-31',
    });
    expect(await offboardingOf(cast.emil.id)).toMatchObject({ state: 'open' });
    expect((await call('PATCH', address, { body: { endDate: '2099-02-28' } })).status).toBe(200);
    expect((await call('PATCH', address, { body: { endDate: null } })).json).toMatchObject({ endDate: null });
    expect(await offboardingOf(cast.emil.id)).toMatchObject({ state: 'cancelled' });
  });

  test('is audited with the name of the token', async () => {
    const { token, value } = await newToken(['users:write']);
    await call('PATCH', `/users/${cast.emil.externalId}`, { token: value, body: { endDate: '2099-01-31' } });
    const entry = await em
      .fork()
      .findOneOrFail(AuditEntry, { userId: cast.emil.id, action: 'user.end_date_changed' });
    expect(entry).toMatchObject({ actor: `token:${token.name}`, details: { from: null, to: '2099-01-31' } });
  });

  test.each([
    '2026-02-30',
    '31.12.2026',
    '',
    'today',
    20261231,
    true,
    ['2026-12-31'],
    { date: '2026-12-31' },
  ])('cannot be %o', async (endDate) => {
    const called = await call('PATCH', lena(), { body: { endDate } });
    expectProblem(called, 422, 'invalid-input');
    expect(pointers(called)).toEqual(['/endDate']);
  });

  test('before the start date is refused', async () => {
    const called = await call('PATCH', lena(), { body: { startDate: '2026-05-02', endDate: '2026-05-01' } });
    expectProblem(called, 422, 'invalid-input');
    expect(pointers(called)).toEqual(['/endDate']);
  });
});
