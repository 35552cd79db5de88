import { beforeEach, describe, expect, test } from 'vitest';
import { updateUser, userById } from '../../../database/people/users.ts';
import { addDays } from '../../../domain/dates.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { startWeb } from '../../../testing/web/web.ts';
import { createOffboardedUser, offboardingOf, type Setup, setUpAdmin } from './setup.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);

let cast: Setup['cast'];
let nora: Setup['nora'];
beforeEach(async () => {
  ({ cast, nora } = await setUpAdmin(own.database, web));
});

describe('an end date', () => {
  test('is set, moved and cleared', async () => {
    const address = `/users/${cast.emil.id}/end-date`;
    const set = await nora.post(address, { endDate: '2099-03-31' });
    expect([set.status, set.location]).toEqual([303, `/users/${cast.emil.id}`]);
    expect(await offboardingOf(own.database, cast.emil.id)).toMatchObject({ state: 'open' });
    expect((await nora.get(`/users/${cast.emil.id}`)).text).toContain('31 Mar 2099');

    expect((await nora.post(address, { endDate: '2099-04-30' })).status).toBe(303);
    expect((await nora.post(address, { endDate: '' })).status).toBe(303);
    expect(await offboardingOf(own.database, cast.emil.id)).toMatchObject({ state: 'cancelled' });
    expect((await userById(em, cast.emil.id)).endDate).toBeNull();
  });

  test.each(['31.12.2026', '2026-13-01', 'tomorrow', '<b>'])(
    'written as %s is rejected, and keeps the input',
    async (endDate) => {
      const { status, text } = await nora.post(`/users/${cast.emil.id}/end-date`, { endDate });
      expect(status).toBe(422);
      expect(text).toContain('Expected a date as year-month-day');
      expect(text).toContain(`value="${endDate.replace('<', '&lt;').replace('>', '&gt;')}"`);
    },
  );

  test('before the start date is rejected, and the message names that date', async () => {
    await updateUser(em, 'system', cast.emil.id, { startDate: '2026-06-01' });
    const { status, text } = await nora.post(`/users/${cast.emil.id}/end-date`, { endDate: '2026-05-31' });
    expect(status).toBe(422);
    expect(text).toContain('The end date is before the start date, 2026-06-01.');
  });

  test('may be in the past', async () => {
    expect(
      (await nora.post(`/users/${cast.emil.id}/end-date`, { endDate: addDays(cast.lastDay, -30) })).status,
    ).toBe(303);
  });

  test('in the past is named as past on the own page of a person who still has devices', async () => {
    const lena = await web.signIn(cast.lena.email);
    const shown = async () =>
      (await lena.get('/me')).text.replaceAll(/<[^>]*>|\s+/g, ' ').replaceAll(/ +/g, ' ');
    expect(await shown()).toContain('Please return these by your last day,');
    await nora.post(`/users/${cast.lena.id}/end-date`, { endDate: '2026-01-31' });
    expect(await shown()).toContain('Your last day was 31 Jan 2026 . Please return these.');
  });

  test('after completion accepts only the same value', async () => {
    const id = await createOffboardedUser(own.database);
    expect((await nora.post(`/users/${id}/end-date`, { endDate: '2026-01-31' })).status).toBe(303);
    const { status, text } = await nora.post(`/users/${id}/end-date`, { endDate: '2026-02-28' });
    expect(status).toBe(409);
    expect(text).toContain('be undone. Rehiring');
  });
});
