import { expect, test } from 'vitest';
import { changePassword, setPasswordByLink } from '../../../database/access/change-password.ts';
import { createLink } from '../../../database/access/one-time-links.ts';
import { changeRole } from '../../../database/access/roles.ts';
import { endOtherSessions } from '../../../database/access/sessions.ts';
import { createToken, revokeToken } from '../../../database/access/tokens.ts';
import { connect } from '../../../database/core/orm.ts';
import { secretBox } from '../../../database/core/secret-box.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { undoRecovery } from '../../../database/inventory/corrections.ts';
import { assignAssetFor, createRequest, resolveRequest } from '../../../database/inventory/requests.ts';
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
import { reminderNamed } from '../../../testing/cast/reminders.ts';
import { failingAt, failingWhere } from '../../../testing/cast/statements.ts';
import { addDelivery, subscribe } from '../../../testing/cast/webhooks.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

// ASVS 2.3.3: an operation takes effect completely or not at all, whichever statement fails.

const { database, url } = await ownDatabase();
const { em } = database;
const box = secretBox(testKey);

/** Prepares the data of an operation and returns the operation. */
type Prepare = (cast: Cast) => Promise<() => Promise<unknown>>;

const operations: Record<string, Prepare> = {
  'completing the offboarding of a person with two reports': async (cast) => {
    await subscribe(database);
    await createToken(em, `user:${cast.lena.id}`, { name: `of ${cast.lena.id}`, scopes: ['users:read'] });
    await clearChecklist(database, cast);
    return () => completeOffboarding(em, cast.offboardingId, `user:${cast.ivo.id}`);
  },
  'setting an end date':
    async ({ emil }) =>
    () =>
      setEndDate(em, 'system', emil.id, '2099-01-31'),
  'moving an end date':
    async ({ lena }) =>
    () =>
      setEndDate(em, 'system', lena.id, '2099-01-31'),
  'cancelling an offboarding':
    async ({ lena }) =>
    () =>
      cancelOffboarding(em, 'system', lena.id),
  'marking a person offboarded': async (cast) => {
    await createToken(em, `user:${cast.lena.id}`, { name: `of ${cast.lena.id}`, scopes: ['users:read'] });
    await createLink(em, { userId: cast.lena.id, purpose: 'invitation', actor: 'system' });
    return () => updateUser(em, 'system', cast.lena.id, { status: 'offboarded' });
  },
  'adding a person with an end date':
    async ({ lena, mira }) =>
    () =>
      createUser(em, 'system', {
        name: 'Ines',
        email: `ines.${lena.id}@lastday.example`,
        endDate: '2099-01-31',
        managerId: mira.id,
      }),
  'changing a role':
    async ({ ivo }) =>
    () =>
      changeRole(em, 'system', ivo.id, 'admin'),
  'undoing a recovery': async (cast) => {
    await recoverLaptop(database, cast);
    return () => undoRecovery(em, 'system', cast.laptop.id);
  },
  'undoing a recovery after the completion': async (cast) => {
    await clearChecklist(database, cast);
    await completeOffboarding(em, cast.offboardingId, 'system');
    return () => undoRecovery(em, 'system', cast.laptop.id);
  },
  'assigning what a person asked for':
    async ({ spare, lena, requestId }) =>
    () =>
      assignAssetFor(em, 'system', spare.id, lena.id, requestId),
  'recovering a laptop': async (cast) => () => recoverLaptop(database, cast),
  'assigning a laptop':
    async ({ spare, lena }) =>
    () =>
      assignAsset(em, 'system', spare.id, lena.id),
  'assigning a seat':
    async ({ license, timo }) =>
    () =>
      assignSeat(em, 'system', license.id, timo.id),
  'creating a request':
    async ({ lena }) =>
    () =>
      createRequest(em, 'system', lena.id, { item: 'Mouse', reason: null }),
  'fulfilling a request with a device':
    async ({ requestId, spare }) =>
    () =>
      resolveRequest(em, 'system', requestId, { outcome: 'fulfilled', note: null, assetId: spare.id }),
  'firing a reminder': async ({ lena }) => {
    const { id, dueAt } = await reminderNamed(database, lena.id, '1 before');
    return () => fireReminder(em, id, dueAt);
  },
  'changing the days of the reminders': async () => () =>
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
  'creating a token':
    async ({ ada }) =>
    () =>
      createToken(em, `user:${ada.id}`, { name: `feed ${ada.id}`, scopes: ['users:read'] }),
  'revoking a token': async ({ ada }) => {
    const { token } = await createToken(em, 'system', { name: `feed ${ada.id}`, scopes: ['users:read'] });
    return () => revokeToken(em, 'system', token.id);
  },
  'rotating a secret': async () => {
    const { id } = await subscribe(database);
    return () => rotateSecret(em, 'system', id, box);
  },
  'pausing an endpoint with pending deliveries': async () => {
    const { id } = await subscribe(database);
    await addDelivery(database, id, 'pending');
    return () => pauseEndpoint(em, 'system', id);
  },
  'deleting an endpoint': async () => {
    const { id } = await subscribe(database);
    await addDelivery(database, id, 'pending');
    return () => deleteEndpoint(em, 'system', id);
  },
  'replaying undelivered events': async () => {
    const { id } = await subscribe(database);
    await addDelivery(database, id, 'failed');
    return () => replayUndeliveredSince(em, 'system', id, new Date(Date.now() - 60_000));
  },
};

test.each(['begin', 'commit', 'rollback'])(
  'a transaction whose %s fails releases its connection',
  async (command) => {
    const small = await connect(url, { poolSize: 2 });
    const { emil } = await makeCast(database);
    for (let round = 0; round < 5; round++) {
      const failing = failingWhere(command, () =>
        small.em.fork().transactional(async (transaction) => {
          await transaction.execute('select 1');
          if (command === 'rollback') throw new Error('for another reason');
        }),
      );
      await expect(failing).rejects.toThrow(command === 'rollback' ? 'for another reason' : 'broken off');
    }
    await setEndDate(small.em, 'system', emil.id, '2099-01-31');
    await small.close();
  },
);

test.each(Object.entries(operations))('%s', async (_, prepare) => {
  const work = await prepare(await makeCast(database));
  const before = await fingerprintOf(database);
  let number = 1;
  while (await failingAt(number, work)) {
    expect(await fingerprintOf(database), `after statement ${number} failed`).toEqual(before);
    number++;
  }
  // A successful operation runs at least begin, lock, change, audit entry and commit.
  expect(number).toBeGreaterThan(4);
  expect(await fingerprintOf(database)).not.toEqual(before);
});
