import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { sqlOf } from '../../../database/core/tables.ts';
import { Mail, Notification, User, Workspace } from '../../../database/entities/index.ts';
import { remindedLeavers } from '../../../database/mail/contents.ts';
import { createDueDigests } from '../../../database/mail/digests.ts';
import { withholdAll, withholdMail } from '../../../database/mail/mails.ts';
import { fireReminder, nextReminder } from '../../../database/offboarding/reminders.ts';
import { createUser } from '../../../database/people/users.ts';
import type { NotificationKind } from '../../../domain/wording/notifications.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;
const minute = 60_000;
/** A Tuesday, 12:00 in UTC: 01:00 on Wednesday in Tonga, 01:00 on Tuesday in American Samoa. */
const noon = new Date('2026-11-24T12:00:00Z');
const at = (text: string) => new Date(text);

let people = 0;
const person = (fields: Partial<Parameters<typeof createUser>[2]> = {}) => {
  const number = ++people;
  return createUser(em, 'system', { name: `Person ${number}`, email: `p${number}@x.example`, ...fields });
};

/** Adds a notification with this time. */
async function notify(userId: number, createdAt: Date, kind: NotificationKind = 'offboarding_reminder') {
  const notification = em.fork().create(Notification, { userId, kind, createdAt, details: {} });
  const fork = em.fork();
  await fork.persist(notification).flush();
  return notification.id;
}

const createDigests = (now: Date, quietMs = minute) => createDueDigests(em.fork(), quietMs, now);
const mailsOf = async (userId: number) =>
  (await em.fork().find(Mail, { userId }, { orderBy: { id: 'asc' } })).map(
    ({ kind, day, state }) => `${kind} ${day} ${state}`,
  );
/** How many notifications each mail of a user contains. */
async function notificationCounts(userId: number): Promise<number[]> {
  const { rows } = await sql<{ count: number }>`
    select count(n.id) as count from mails m left join notifications n on n.mail_id = m.id
    where m.user_id = ${userId} group by m.id order by m.id`.execute(sqlOf(em.fork()));
  return rows.map(({ count }) => count);
}

beforeEach(async () => {
  await withholdAll(em.fork());
  await em.fork().nativeUpdate(Workspace, { id: 1 }, { digestHour: 0 });
});

describe('notifications of the same time', () => {
  test('are one mail for each receiver', async () => {
    const [ivo, mira] = [await person(), await person()];
    for (let i = 0; i < 30; i++) await notify(ivo, noon);
    await notify(mira, noon);
    expect(await createDigests(at('2026-11-24T12:02:00Z'))).toHaveLength(2);
    expect(await mailsOf(ivo)).toEqual(['reminders 2026-11-24 pending']);
    expect(await notificationCounts(ivo)).toEqual([30]);
    expect(await notificationCounts(mira)).toEqual([1]);
  });

  test('are mailed when no other one has come for a minute', async () => {
    const id = await person();
    await notify(id, noon);
    await notify(id, at('2026-11-24T12:00:50Z'));
    expect(await createDigests(at('2026-11-24T12:01:10Z'))).toEqual([]);
    expect(await createDigests(at('2026-11-24T12:01:51Z'))).toHaveLength(1);
  });

  test('are mailed after ten minutes at the latest', async () => {
    const id = await person();
    for (let second = 0; second <= 600; second += 30)
      await notify(id, new Date(noon.getTime() + second * 1000));
    expect(await createDigests(at('2026-11-24T12:09:59Z'))).toEqual([]);
    expect(await createDigests(at('2026-11-24T12:10:00Z'))).toHaveLength(1);
  });

  test('are one mail even if several workers create digests concurrently', async () => {
    const id = await person();
    await notify(id, noon);
    const made = await Promise.all([1, 2, 3, 4].map(() => createDigests(at('2026-11-24T12:02:00Z'))));
    expect(made.flat()).toHaveLength(1);
    expect(await notificationCounts(id)).toEqual([1]);
  });
});

describe('a later notification on the same day', () => {
  test('waits for the next day in the receiver’s time zone', async () => {
    const here = await person();
    const onTonga = await person({ timeZone: 'Pacific/Tongatapu' });
    for (const id of [here, onTonga]) await notify(id, at('2026-11-24T01:00:00Z'));
    await createDigests(at('2026-11-24T01:05:00Z'));
    for (const id of [here, onTonga]) await notify(id, at('2026-11-24T02:00:00Z'));
    // Midnight in Tonga is 11:00 in UTC.
    await createDigests(at('2026-11-24T10:59:00Z'));
    expect([await notificationCounts(here), await notificationCounts(onTonga)]).toEqual([[1], [1]]);
    await createDigests(at('2026-11-24T11:00:00Z'));
    expect([await notificationCounts(here), await notificationCounts(onTonga)]).toEqual([[1], [1, 1]]);
    await createDigests(at('2026-11-25T00:00:00Z'));
    expect(await mailsOf(here)).toEqual(['reminders 2026-11-24 pending', 'reminders 2026-11-25 pending']);
    expect(await mailsOf(onTonga)).toEqual(['reminders 2026-11-24 pending', 'reminders 2026-11-25 pending']);
  });

  test('is mailed on the same day if the first mail was withheld', async () => {
    const id = await person();
    await notify(id, noon);
    const [mail] = await createDigests(at('2026-11-24T12:02:00Z'));
    await withholdMail(em.fork(), mail!);
    await notify(id, at('2026-11-24T13:00:00Z'));
    expect(await createDigests(at('2026-11-24T13:02:00Z'))).toHaveLength(1);
  });

  test('is a separate mail if it is a problem', async () => {
    const id = await person();
    await notify(id, noon);
    await createDigests(at('2026-11-24T12:02:00Z'));
    await notify(id, at('2026-11-24T13:00:00Z'), 'offboarding_stuck');
    await createDigests(at('2026-11-24T13:02:00Z'));
    await notify(id, at('2026-11-24T13:05:00Z'), 'webhook_failed');
    await createDigests(at('2026-11-24T13:10:00Z'));
    expect(await mailsOf(id)).toEqual(['reminders 2026-11-24 pending', 'problems 2026-11-24 pending']);
  });
});

test('the results of a day’s imports are one mail, unless the user turned it off', async () => {
  const [wanted, unwanted] = [await person(), await person()];
  await em.fork().nativeUpdate(User, { id: unwanted }, { noMailAbout: ['imports'] });
  for (const id of [wanted, unwanted, wanted]) await notify(id, noon, 'import_ended');
  await createDigests(at('2026-11-24T12:02:00Z'));
  expect(await mailsOf(wanted)).toEqual(['imports 2026-11-24 pending']);
  expect(await notificationCounts(wanted)).toEqual([2]);
  expect(await mailsOf(unwanted)).toEqual([]);
});

describe('the workspace’s hour for digests', () => {
  test('counts in the receiver’s time zone, and later notifications are mailed at once', async () => {
    await em.fork().nativeUpdate(Workspace, { id: 1 }, { digestHour: 8 });
    const zones = ['UTC', 'Pacific/Tongatapu', 'Pacific/Pago_Pago', 'Europe/Berlin'];
    const receivers = new Map<string, number>();
    for (const timeZone of zones) receivers.set(timeZone, await person({ timeZone }));
    for (const id of receivers.values()) await notify(id, at('2026-03-29T00:10:00Z'));
    /** The zones whose users have a mail by then, on the day when daylight saving time begins in Berlin. */
    async function zonesWithMail(now: string) {
      await createDigests(at(now));
      const found = await em.fork().find(Mail, { userId: { $in: [...receivers.values()] } });
      const ids = found.map(({ userId }) => userId);
      return zones.filter((zone) => ids.includes(receivers.get(zone)!));
    }
    // In Tonga it is 13:12, in American Samoa 13:12 of the day before.
    expect(await zonesWithMail('2026-03-29T00:12:00Z')).toEqual(['Pacific/Tongatapu', 'Pacific/Pago_Pago']);
    expect(await zonesWithMail('2026-03-29T05:59:00Z')).toEqual(['Pacific/Tongatapu', 'Pacific/Pago_Pago']);
    expect(await zonesWithMail('2026-03-29T06:00:00Z')).toEqual([
      'Pacific/Tongatapu',
      'Pacific/Pago_Pago',
      'Europe/Berlin',
    ]);
    expect(await zonesWithMail('2026-03-29T08:00:00Z')).toEqual(zones);
  });
});

describe('a notification that is not mailed', () => {
  test('stays unsent after the user turns mail on again', async () => {
    const id = await person();
    await em.fork().nativeUpdate(User, { id }, { noMailAbout: ['reminders'] });
    await notify(id, noon);
    await createDigests(at('2026-11-24T12:02:00Z'));
    await em.fork().nativeUpdate(User, { id }, { noMailAbout: [] });
    await createDigests(at('2026-11-25T12:02:00Z'));
    expect(await mailsOf(id)).toEqual([]);
  });

  test('does not delay another kind', async () => {
    const id = await person();
    await em.fork().nativeUpdate(User, { id }, { noMailAbout: ['reminders'] });
    await notify(id, noon, 'tokens_ended');
    await notify(id, noon);
    await createDigests(at('2026-11-24T12:02:00Z'));
    expect(await mailsOf(id)).toEqual(['problems 2026-11-24 pending']);
    expect(await notificationCounts(id)).toEqual([1]);
  });

  test('is one to a user who cannot sign in, or one without a mail server', async () => {
    const gone = await person({ status: 'suspended' });
    await notify(gone, noon);
    const here = await person();
    await notify(here, noon);
    await withholdAll(em.fork());
    await createDigests(at('2026-11-24T12:02:00Z'));
    expect([await mailsOf(gone), await mailsOf(here)]).toEqual([[], []]);
  });

  test('is one about a failed mail, or about a completion, which has its own mail', async () => {
    const id = await person();
    await notify(id, noon, 'mail_failed');
    await notify(id, noon, 'offboarding_completed');
    await createDigests(at('2026-11-24T12:02:00Z'));
    expect(await mailsOf(id)).toEqual([]);
  });
});

test('reminders about 300 leavers are one mail for each IT admin and manager', async () => {
  const itAdmins = [await person(), await person()];
  await em.fork().nativeUpdate(User, { id: { $in: itAdmins } }, { role: 'it-admin' });
  const managers = [await person(), await person(), await person()];
  const leavers: number[] = [];
  for (let i = 0; i < 300; i++)
    leavers.push(await person({ managerId: managers[i % 3]!, endDate: '2026-11-23' }));
  await sql`insert into requests (user_id, item) select id, 'Mouse' from users where id = any(${leavers}::int[])`.execute(
    sqlOf(em.fork()),
  );
  const { rows } = await sql<{ id: number }>`
    select o.id from offboardings o where o.user_id = any(${leavers}::int[])`.execute(sqlOf(em.fork()));
  for (const { id } of rows) await fireReminder(em, (await nextReminder(em.fork(), id))!.id);

  const now = new Date(Date.now() + 2 * minute);
  const mails = await createDigests(now);
  expect(mails).toHaveLength(5);
  for (const id of itAdmins) expect(await notificationCounts(id)).toEqual([300]);
  for (const id of managers) expect(await notificationCounts(id)).toEqual([100]);
  const [first] = await em.fork().find(Mail, { userId: itAdmins[0]! });
  expect(await remindedLeavers(em.fork(), first!.id, now)).toHaveLength(300);
});
