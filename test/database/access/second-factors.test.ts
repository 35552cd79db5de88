import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { removeApp, stepOfCode } from '../../../database/access/second-factors/authenticator-app.ts';
import { secondFactorsOf } from '../../../database/access/second-factors/factors.ts';
import {
  addPasskey,
  passkeyWith,
  signInByPasskey,
} from '../../../database/access/second-factors/passkeys.ts';
import { sqlOf } from '../../../database/core/tables.ts';
import { Mail, User } from '../../../database/entities/index.ts';
import { notificationsInMail } from '../../../database/mail/contents.ts';
import { createDueDigests } from '../../../database/mail/digests.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { erasePerson } from '../../../database/people/erasure.ts';
import { mergePeople } from '../../../database/people/merging/merge.ts';
import { updateUser } from '../../../database/people/users.ts';
import { notificationText } from '../../../domain/wording/notifications.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { codeAt, giveApp, givePasskey } from '../../../testing/cast/second-factors.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;

const none = { appSince: null, codesLeft: 0, passkeys: [] };

async function giveBoth(userId: number) {
  await giveApp(database, userId);
  await givePasskey(database, userId);
}

/** Uses a passkey that says it was used `counter` times. */
async function use(credentialId: string, counter: number, challenge: string = crypto.randomUUID()) {
  return signInByPasskey(em, (await passkeyWith(em, credentialId))!, { counter, challenge });
}

async function passkeyOf(userId: number, counter: number): Promise<string> {
  const credentialId = crypto.randomUUID();
  const passkey = { credentialId, publicKey: 'AAAA', counter, transports: [] };
  await addPasskey(em, userId, { name: 'Laptop', passkey, challenge: crypto.randomUUID() });
  return credentialId;
}

test('a code is that of RFC 6238, one step early or late and no further', async () => {
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  expect(await stepOfCode(secret, '287082', new Date(59_000))).toBe(1);
  // At the end of a step and at its begin.
  for (const now of [new Date(1_800_000_029_999), new Date(1_800_000_000_000)]) {
    const steps = [-2, -1, 0, 1, 2].map((step) => stepOfCode(secret, codeAt(secret, step, now), now));
    expect(await Promise.all(steps)).toEqual([null, 59_999_999, 60_000_000, 60_000_001, null]);
  }
  for (const code of ['28708', '2870820', 'abcdef', '', '287082 '])
    expect(await stepOfCode(secret, code, new Date(59_000))).toBeNull();
});

test('a challenge is used once, also by two at the same time', async () => {
  const { ivo } = await makeCast(database);
  const id = await passkeyOf(ivo.id, 0);
  const challenge = crypto.randomUUID();
  const both = await Promise.all([use(id, 0, challenge), use(id, 0, challenge)]);
  expect(both.sort()).toEqual([false, true]);
  expect(await use(id, 0)).toBe(true);
});

test('a counter that goes back or stays is refused, unless the device does not count', async () => {
  const { ivo } = await makeCast(database);
  const id = await passkeyOf(ivo.id, 7);
  expect([await use(id, 8), await use(id, 8), await use(id, 3), await use(id, 0)]).toEqual([
    true,
    false,
    false,
    false,
  ]);
  // The counter has 32 bits without a sign.
  expect(await use(id, 4_000_000_000)).toBe(true);
});

test('someone suspended keeps their second factors and cannot use them', async () => {
  const { ivo, nora } = await makeCast(database);
  const id = await passkeyOf(ivo.id, 0);
  await giveApp(database, ivo.id);
  await updateUser(em, `user:${nora.id}`, ivo.id, { status: 'suspended' });
  expect(await use(id, 0)).toBe(false);
  expect((await secondFactorsOf(em, ivo.id)).codesLeft).toBe(10);
  await updateUser(em, `user:${nora.id}`, ivo.id, { status: 'active' });
  expect(await use(id, 0)).toBe(true);
});

test('a completion and a merge delete second factors, and an erasure does too', async () => {
  const cast = await makeCast(database);
  await giveBoth(cast.lena.id);
  await clearChecklist(database, cast);
  await completeOffboarding(em, cast.offboardingId, `user:${cast.ivo.id}`);
  expect(await secondFactorsOf(em, cast.lena.id)).toEqual(none);

  await giveBoth(cast.timo.id);
  await giveBoth(cast.rosa.id);
  await mergePeople(em, `user:${cast.nora.id}`, cast.timo.id, cast.rosa.id);
  expect(await secondFactorsOf(em, cast.timo.id)).toEqual(none);
  expect((await secondFactorsOf(em, cast.rosa.id)).passkeys).toHaveLength(1);

  await sql`update mails set state = 'withheld', closed_at = now()`.execute(sqlOf(em.fork()));
  // Such a row can come only from an older version.
  await sql`insert into recovery_codes (user_id, hash) values (${cast.lena.id}, 'old')`.execute(
    sqlOf(em.fork()),
  );
  await erasePerson(em, `user:${cast.ada.id}`, cast.lena.id);
  expect(await secondFactorsOf(em, cast.lena.id)).toEqual(none);
});

test('a change is mailed at once, apart from digests and whatever mails they want', async () => {
  const { ivo } = await makeCast(database);
  await em.fork().nativeUpdate(User, { id: ivo.id }, { noMailAbout: ['reminders', 'problems'] });
  await sql`update workspace set digest_hour = 23`.execute(sqlOf(em.fork()));
  await giveBoth(ivo.id);
  const now = new Date('2026-12-02T05:00:00Z');
  const mails = await createDueDigests(em.fork(), 60_000, now);
  const [mail, ...others] = await em.fork().find(Mail, { userId: ivo.id });
  expect([mail!.kind, mail!.state, others, mails.includes(mail!.id)]).toEqual([
    'security',
    'pending',
    [],
    true,
  ]);
  const texts = (await notificationsInMail(em.fork(), mail!.id)).map((each) => notificationText(each));
  expect(texts.map((text) => text.split('.')[0])).toEqual([
    'An authenticator app was added to your account',
    'A passkey was added to your account',
  ]);
  await removeApp(em, ivo.id);
  expect(await createDueDigests(em.fork(), 60_000, now)).toHaveLength(1);
  expect(await createDueDigests(em.fork(), 60_000, now)).toEqual([]);
});
