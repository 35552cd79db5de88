import { expect, test } from 'vitest';
import { changePassword, setPasswordByLink } from '../../../database/access/change-password.ts';
import { createLink } from '../../../database/access/one-time-links.ts';
import { changeRole } from '../../../database/access/roles.ts';
import { endOtherSessions } from '../../../database/access/sessions.ts';
import { createToken, revokeToken } from '../../../database/access/tokens.ts';
import { connect } from '../../../database/core/orm.ts';
import { secretBox } from '../../../database/core/secret-box.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { createRequest, resolveRequest } from '../../../database/inventory/requests.ts';
import { assignSeat } from '../../../database/inventory/seats.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { cancelOffboarding, setEndDate } from '../../../database/offboarding/offboardings.ts';
import { fireReminder } from '../../../database/offboarding/reminders.ts';
import { createUser, updateUser } from '../../../database/people/users.ts';
import { deleteEndpoint, pauseEndpoint } from '../../../database/webhooks/endpoints.ts';
import { replayUndeliveredSince } from '../../../database/webhooks/replays.ts';
import { rotateSecret } from '../../../database/webhooks/secrets.ts';
import { updateReminderSettings } from '../../../database/workspace/settings.ts';
import { type Cast, castPassword, makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist, recoverLaptop } from '../../../testing/cast/clearing.ts';
import { testKey } from '../../../testing/cast/engine.ts';
import { fingerprintOf } from '../../../testing/cast/fingerprint.ts';
import { momentNamed } from '../../../testing/cast/moments.ts';
import { failingAt, failingWhere } from '../../../testing/cast/statements.ts';
import { deliver, subscribe } from '../../../testing/cast/webhooks.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

// ASVS 2.3.3: whatever is done is done whole or not at all, wherever it breaks off.

const { database, url } = await ownDatabase();
const { em } = database;
const box = secretBox(testKey);

/** Makes what is needed, and gives back what is done with it. */
type Ready = (cast: Cast) => Promise<() => Promise<unknown>>;

const verbs: Record<string, Ready> = {
  'completing somebody with two reports': async (cast) => {
    await subscribe(database);
    await createToken(em, `user:${cast.lena.id}`, { name: `of ${cast.lena.id}`, scopes: ['users:read'] });
    await clearChecklist(database, cast);
    return () => completeOffboarding(em, cast.offboardingId, `user:${cast.ivo.id}`);
  },
  'setting an end date':
    async ({ emil }) =>
    () =>
      setEndDate(em, 'system', emil.id, '2099-01-31'),
  'moving one':
    async ({ lena }) =>
    () =>
      setEndDate(em, 'system', lena.id, '2099-01-31'),
  'cancelling an offboarding':
    async ({ lena }) =>
    () =>
      cancelOffboarding(em, 'system', lena.id),
  'marking somebody offboarded by hand': async (cast) => {
    await createToken(em, `user:${cast.lena.id}`, { name: `of ${cast.lena.id}`, scopes: ['users:read'] });
    await createLink(em, { userId: cast.lena.id, purpose: 'invitation', actor: 'system' });
    return () => updateUser(em, 'system', cast.lena.id, { status: 'offboarded' });
  },
  'adding somebody who leaves':
    async ({ lena, mira }) =>
    () =>
      createUser(em, 'system', {
        name: 'Ines',
        email: `ines.${lena.id}@lastday.example`,
        endDate: '2099-01-31',
        managerId: mira.id,
      }),
  'giving a role':
    async ({ ivo }) =>
    () =>
      changeRole(em, 'system', ivo.id, 'admin'),
  'taking a laptop back': async (cast) => () => recoverLaptop(database, cast),
  'handing one out':
    async ({ spare, lena }) =>
    () =>
      assignAsset(em, 'system', spare.id, lena.id),
  'giving a seat':
    async ({ license, timo }) =>
    () =>
      assignSeat(em, 'system', license.id, timo.id),
  'asking for something':
    async ({ lena }) =>
    () =>
      createRequest(em, 'system', lena.id, { item: 'Mouse', reason: null }),
  'fulfilling a request with a device':
    async ({ requestId, spare }) =>
    () =>
      resolveRequest(em, 'system', requestId, { outcome: 'fulfilled', note: null, assetId: spare.id }),
  'reminding of a last day': async ({ lena }) => {
    const { id, dueAt } = await momentNamed(database, lena.id, '1 before');
    return () => fireReminder(em, id, dueAt);
  },
  'reminding on other days': async () => () =>
    updateReminderSettings(em, 'system', { remindDaysBefore: [9, 2], remindOverdueEvery: 4, digestHour: 7 }),
  'setting a password by a link': async ({ emil }) => {
    const link = await createLink(em, { userId: emil.id, purpose: 'invitation', actor: 'system' });
    return () => setPasswordByLink(em, link, 'seven quiet herons');
  },
  'changing a password':
    async ({ emil }) =>
    () =>
      changePassword(em, emil.id, { current: castPassword, password: 'seven quiet herons', sessionKey: '' }),
  'ending sessions': async ({ emil }) => {
    const sess = JSON.stringify({ userId: emil.id });
    await em.execute(`insert into sessions (sid, sess, expire) values ('s', ?, now() + interval '1 hour')`, [
      sess,
    ]);
    return () => endOtherSessions(em, emil.id, 'another');
  },
  'making a token':
    async ({ ada }) =>
    () =>
      createToken(em, `user:${ada.id}`, { name: `feed ${ada.id}`, scopes: ['users:read'] }),
  'revoking one': async ({ ada }) => {
    const { token } = await createToken(em, 'system', { name: `feed ${ada.id}`, scopes: ['users:read'] });
    return () => revokeToken(em, 'system', token.id);
  },
  'making a new secret': async () => {
    const { id } = await subscribe(database);
    return () => rotateSecret(em, 'system', id, box);
  },
  'pausing an endpoint with events on their way': async () => {
    const { id } = await subscribe(database);
    await deliver(database, id, 'pending');
    return () => pauseEndpoint(em, 'system', id);
  },
  'removing one': async () => {
    const { id } = await subscribe(database);
    await deliver(database, id, 'pending');
    return () => deleteEndpoint(em, 'system', id);
  },
  'sending again what was missed': async () => {
    const { id } = await subscribe(database);
    await deliver(database, id, 'failed');
    return () => replayUndeliveredSince(em, 'system', id, new Date(Date.now() - 60_000));
  },
};

test.each(['begin', 'commit', 'rollback'])(
  'a transaction whose %s fails gives its connection back',
  async (edge) => {
    const small = await connect(url, { poolSize: 2 });
    const { emil } = await makeCast(database);
    for (let round = 0; round < 5; round++) {
      const breaking = failingWhere(edge, () =>
        small.em.fork().transactional(async (transaction) => {
          await transaction.execute('select 1');
          if (edge === 'rollback') throw new Error('for another reason');
        }),
      );
      await expect(breaking).rejects.toThrow(edge === 'rollback' ? 'for another reason' : 'broken off');
    }
    await setEndDate(small.em, 'system', emil.id, '2099-01-31');
    await small.close();
  },
);

test.each(Object.entries(verbs))('%s', async (_, ready) => {
  const work = await ready(await makeCast(database));
  const before = await fingerprintOf(database);
  let number = 1;
  while (await failingAt(number, work)) {
    expect(await fingerprintOf(database), `after statement ${number} failed`).toEqual(before);
    number++;
  }
  // At last it went through: begin, lock, change, entry, commit.
  expect(number).toBeGreaterThan(4);
  expect(await fingerprintOf(database)).not.toEqual(before);
});
