import { describe, expect, test } from 'vitest';
import { createLink, peekLink } from '../../../database/access/one-time-links.ts';
import { changeRole } from '../../../database/access/roles.ts';
import { createToken, findActiveToken } from '../../../database/access/tokens.ts';
import { ApiToken, Notification, OneTimeLink, Session } from '../../../database/entities/index.ts';
import { cancelOffboarding, setEndDate } from '../../../database/offboarding/offboardings.ts';
import { updateUser, userById } from '../../../database/people/users.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { reminderStates } from '../../../testing/cast/reminders.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { detailsOf, hr, offboardingsOf, someone } from './people.ts';

const { database } = await ownDatabase();
const { em } = database;

const signIn = async (userId: number, sid: string) => {
  const fork = em.fork();
  fork.create(Session, { sid, sess: { userId }, expire: new Date(Date.now() + 3_600_000) });
  await fork.flush();
};
const isSignedIn = async (sid: string) => (await em.fork().count(Session, { sid })) === 1;

describe('the status offboarded', () => {
  test('opens an offboarding, and leaving the status cancels it', async () => {
    const id = await someone(database);
    await updateUser(em, hr, id, { status: 'offboarded' });
    expect(await offboardingsOf(database, id)).toMatchObject([{ state: 'open' }]);
    expect((await userById(em, id)).offboardingCompletedAt ?? null).toBeNull();

    await updateUser(em, hr, id, { status: 'active' });
    expect(await offboardingsOf(database, id)).toMatchObject([{ state: 'cancelled' }]);
    expect(await detailsOf(database, id, 'user.status_changed')).toEqual([
      { from: 'active', to: 'offboarded' },
      { from: 'offboarded', to: 'active' },
    ]);
  });

  test('keeps an open offboarding with its end date', async () => {
    const { lena } = await makeCast(database);
    await updateUser(em, hr, lena.id, { status: 'offboarded' });
    await updateUser(em, hr, lena.id, { status: 'active' });
    expect(await offboardingsOf(database, lena.id)).toMatchObject([{ state: 'open' }]);
  });

  test('with the end date cleared in the same call leaves the offboarding open', async () => {
    const id = await someone(database, { endDate: '2099-05-04' });
    await updateUser(em, hr, id, { status: 'offboarded', endDate: null });

    const [offboarding, another] = await offboardingsOf(database, id);
    expect(offboarding!.state).toBe('open');
    expect(another).toBeUndefined();
    expect((await userById(em, id)).endDate ?? null).toBeNull();
    expect((await reminderStates(database, id)).filter((line) => !line.endsWith('date_moved'))).toEqual([
      '7 before too_late',
      '1 before too_late',
      'over waiting',
    ]);
  });

  test.each([
    { by: 'the record', clear: (id: number) => updateUser(em, hr, id, { endDate: null }) },
    { by: 'the end date alone', clear: (id: number) => setEndDate(em, hr, id, null) },
  ])('keeps the offboarding open when the end date is cleared later, by $by', async ({ clear }) => {
    const id = await someone(database, { endDate: '2099-05-04' });
    await updateUser(em, hr, id, { status: 'offboarded' });
    await clear(id);
    expect(await offboardingsOf(database, id)).toMatchObject([
      { state: 'open', deactivatedOn: expect.any(String) },
    ]);
    expect((await userById(em, id)).endDate ?? null).toBeNull();
  });

  test('refuses cancelling the offboarding until the person is active again', async () => {
    for (const endDate of [null, '2099-05-04']) {
      const id = await someone(database, { status: 'offboarded', endDate });
      await expect(cancelOffboarding(em, hr, id)).rejects.toMatchObject({ code: 'marked-offboarded' });
      expect(await offboardingsOf(database, id)).toMatchObject([{ state: 'open' }]);
      await updateUser(em, hr, id, { status: 'active' });
      if (endDate !== null) await cancelOffboarding(em, hr, id);
      expect(await offboardingsOf(database, id)).toMatchObject([{ state: 'cancelled' }]);
    }
  });
});

describe('a person who is no longer active', () => {
  test.each(['suspended', 'offboarded'] as const)('loses all access when %s', async (status) => {
    const { ada } = await makeCast(database);
    const id = await someone(database, { name: 'Leaving Admin' });
    await changeRole(em, `user:${ada.id}`, id, 'super-admin');
    await signIn(id, `sid-${status}`);
    const link = await createLink(em, { userId: id, purpose: 'invitation', actor: `user:${ada.id}` });
    const { value } = await createToken(em, `user:${id}`, { name: `feed ${status}`, scopes: ['users:read'] });

    await updateUser(em, hr, id, { status });

    expect(await isSignedIn(`sid-${status}`)).toBe(false);
    expect(await peekLink(em.fork(), link)).toBeNull();
    expect(await em.fork().count(OneTimeLink, { userId: id, usedAt: null })).toBe(0);
    expect(await findActiveToken(em.fork(), value)).toBeNull();
    expect(await em.fork().findOneOrFail(ApiToken, { createdBy: id })).toMatchObject({
      revokedAt: expect.any(Date),
    });
    expect(await detailsOf(database, id, 'token.revoked')).toMatchObject([{ name: `feed ${status}` }]);
    expect(await em.fork().find(Notification, { userId: ada.id, kind: 'tokens_ended' })).toMatchObject([
      { aboutUserId: id, details: { tokens: [`feed ${status}`] } },
    ]);
  });

  test('can be active again, and must sign in again', async () => {
    const id = await someone(database, { status: 'suspended' });
    await updateUser(em, hr, id, { status: 'active' });
    expect((await userById(em, id)).status).toBe('active');
  });
});
