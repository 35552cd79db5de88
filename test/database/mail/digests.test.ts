import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { sqlOf } from '../../../database/core/tables.ts';
import { Mail, Notification, User, Workspace } from '../../../database/entities/index.ts';
import { remindedOf } from '../../../database/mail/contents.ts';
import { createDueDigests } from '../../../database/mail/digests.ts';
import { withholdAll, withholdMail } from '../../../database/mail/mails.ts';
import { fireReminder, nextReminder } from '../../../database/offboarding/reminders.ts';
import { createUser } from '../../../database/people/users.ts';
import type { NotificationKind } from '../../../domain/wording/notifications.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;
const minute = 60_000;
/** A Tuesday, noon in UTC: one in the morning of Wednesday on Tonga, one in the night in Samoa. */
const noon = new Date('2026-11-24T12:00:00Z');
const at = (text: string) => new Date(text);

let people = 0;
const person = (fields: Partial<Parameters<typeof createUser>[2]> = {}) => {
  const number = ++people;
  return createUser(em, 'system', { name: `Person ${number}`, email: `p${number}@x.example`, ...fields });
};

/** Tells somebody something in the console, at a moment. */
async function tell(userId: number, createdAt: Date, kind: NotificationKind = 'offboarding_reminder') {
  const notification = em.fork().create(Notification, { userId, kind, createdAt, details: {} });
  const fork = em.fork();
  await fork.persist(notification).flush();
  return notification.id;
}

const cut = (now: Date, quietMs = minute) => createDueDigests(em.fork(), quietMs, now);
const mailsOf = async (userId: number) =>
  (await em.fork().find(Mail, { userId }, { orderBy: { id: 'asc' } })).map(
    ({ kind, day, state }) => `${kind} ${day} ${state}`,
  );
/** How many notifications each mail of a person carries. */
async function carried(userId: number): Promise<number[]> {
  const { rows } = await sql<{ count: number }>`
    select count(n.id) as count from mails m left join notifications n on n.mail_id = m.id
    where m.user_id = ${userId} group by m.id order by m.id`.execute(sqlOf(em.fork()));
  return rows.map(({ count }) => count);
}

beforeEach(async () => {
  await withholdAll(em.fork());
  await em.fork().nativeUpdate(Workspace, { id: 1 }, { digestHour: 0 });
});

describe('what came at once', () => {
  it('is one mail for each receiver', async () => {
    const [ivo, mira] = [await person(), await person()];
    for (let i = 0; i < 30; i++) await tell(ivo, noon);
    await tell(mira, noon);
    expect(await cut(at('2026-11-24T12:02:00Z'))).toHaveLength(2);
    expect(await mailsOf(ivo)).toEqual(['reminders 2026-11-24 pending']);
    expect(await carried(ivo)).toEqual([30]);
    expect(await carried(mira)).toEqual([1]);
  });

  it('is waited for until nothing more comes', async () => {
    const id = await person();
    await tell(id, noon);
    await tell(id, at('2026-11-24T12:00:50Z'));
    expect(await cut(at('2026-11-24T12:01:10Z'))).toEqual([]);
    expect(await cut(at('2026-11-24T12:01:51Z'))).toHaveLength(1);
  });

  it('is not waited for longer than ten minutes', async () => {
    const id = await person();
    for (let second = 0; second <= 600; second += 30)
      await tell(id, new Date(noon.getTime() + second * 1000));
    expect(await cut(at('2026-11-24T12:09:59Z'))).toEqual([]);
    expect(await cut(at('2026-11-24T12:10:00Z'))).toHaveLength(1);
  });

  it('is one mail also when several workers look at the same moment', async () => {
    const id = await person();
    await tell(id, noon);
    const made = await Promise.all([1, 2, 3, 4].map(() => cut(at('2026-11-24T12:02:00Z'))));
    expect(made.flat()).toHaveLength(1);
    expect(await carried(id)).toEqual([1]);
  });
});

describe('what comes later on the same day', () => {
  it('waits for the next day of the receiver', async () => {
    const here = await person();
    const onTonga = await person({ timeZone: 'Pacific/Tongatapu' });
    for (const id of [here, onTonga]) await tell(id, at('2026-11-24T01:00:00Z'));
    await cut(at('2026-11-24T01:05:00Z'));
    for (const id of [here, onTonga]) await tell(id, at('2026-11-24T02:00:00Z'));
    // Midnight on Tonga is 11:00 in UTC.
    await cut(at('2026-11-24T10:59:00Z'));
    expect([await carried(here), await carried(onTonga)]).toEqual([[1], [1]]);
    await cut(at('2026-11-24T11:00:00Z'));
    expect([await carried(here), await carried(onTonga)]).toEqual([[1], [1, 1]]);
    await cut(at('2026-11-25T00:00:00Z'));
    expect(await mailsOf(here)).toEqual(['reminders 2026-11-24 pending', 'reminders 2026-11-25 pending']);
    expect(await mailsOf(onTonga)).toEqual(['reminders 2026-11-24 pending', 'reminders 2026-11-25 pending']);
  });

  it('goes out after all when the first mail had nothing left to say', async () => {
    const id = await person();
    await tell(id, noon);
    const [mail] = await cut(at('2026-11-24T12:02:00Z'));
    await withholdMail(em.fork(), mail!);
    await tell(id, at('2026-11-24T13:00:00Z'));
    expect(await cut(at('2026-11-24T13:02:00Z'))).toHaveLength(1);
  });

  it('is another mail when it is a problem', async () => {
    const id = await person();
    await tell(id, noon);
    await cut(at('2026-11-24T12:02:00Z'));
    await tell(id, at('2026-11-24T13:00:00Z'), 'offboarding_stuck');
    await cut(at('2026-11-24T13:02:00Z'));
    await tell(id, at('2026-11-24T13:05:00Z'), 'webhook_failed');
    await cut(at('2026-11-24T13:10:00Z'));
    expect(await mailsOf(id)).toEqual(['reminders 2026-11-24 pending', 'problems 2026-11-24 pending']);
  });
});

it('the ends of a day’s imports are one mail, unless they are not wanted by mail', async () => {
  const [wanted, unwanted] = [await person(), await person()];
  await em.fork().nativeUpdate(User, { id: unwanted }, { noMailAbout: ['imports'] });
  for (const id of [wanted, unwanted, wanted]) await tell(id, noon, 'import_ended');
  await cut(at('2026-11-24T12:02:00Z'));
  expect(await mailsOf(wanted)).toEqual(['imports 2026-11-24 pending']);
  expect(await carried(wanted)).toEqual([2]);
  expect(await mailsOf(unwanted)).toEqual([]);
});

describe('the hour of the workspace', () => {
  it('is waited for where the receiver is, and what comes after it goes out at once', async () => {
    await em.fork().nativeUpdate(Workspace, { id: 1 }, { digestHour: 8 });
    const zones = ['UTC', 'Pacific/Tongatapu', 'Pacific/Pago_Pago', 'Europe/Berlin'];
    const receivers = new Map<string, number>();
    for (const timeZone of zones) receivers.set(timeZone, await person({ timeZone }));
    for (const id of receivers.values()) await tell(id, at('2026-03-29T00:10:00Z'));
    /** Who has a mail at a moment of the day on which the clock goes forward in Berlin. */
    async function served(now: string) {
      await cut(at(now));
      const found = await em.fork().find(Mail, { userId: { $in: [...receivers.values()] } });
      const ids = found.map(({ userId }) => userId);
      return zones.filter((zone) => ids.includes(receivers.get(zone)!));
    }
    // On Tonga it is 13:12, in Samoa 13:12 of the day before.
    expect(await served('2026-03-29T00:12:00Z')).toEqual(['Pacific/Tongatapu', 'Pacific/Pago_Pago']);
    expect(await served('2026-03-29T05:59:00Z')).toEqual(['Pacific/Tongatapu', 'Pacific/Pago_Pago']);
    expect(await served('2026-03-29T06:00:00Z')).toEqual([
      'Pacific/Tongatapu',
      'Pacific/Pago_Pago',
      'Europe/Berlin',
    ]);
    expect(await served('2026-03-29T08:00:00Z')).toEqual(zones);
  });
});

describe('what is not wanted by mail', () => {
  it('is never sent, also not later', async () => {
    const id = await person();
    await em.fork().nativeUpdate(User, { id }, { noMailAbout: ['reminders'] });
    await tell(id, noon);
    await cut(at('2026-11-24T12:02:00Z'));
    await em.fork().nativeUpdate(User, { id }, { noMailAbout: [] });
    await cut(at('2026-11-25T12:02:00Z'));
    expect(await mailsOf(id)).toEqual([]);
  });

  it('does not keep back another kind', async () => {
    const id = await person();
    await em.fork().nativeUpdate(User, { id }, { noMailAbout: ['reminders'] });
    await tell(id, noon, 'tokens_ended');
    await tell(id, noon);
    await cut(at('2026-11-24T12:02:00Z'));
    expect(await mailsOf(id)).toEqual(['problems 2026-11-24 pending']);
    expect(await carried(id)).toEqual([1]);
  });

  it('is not sent to who can no longer sign in, nor without a mail server', async () => {
    const gone = await person({ status: 'suspended' });
    await tell(gone, noon);
    const here = await person();
    await tell(here, noon);
    await withholdAll(em.fork());
    await cut(at('2026-11-24T12:02:00Z'));
    expect([await mailsOf(gone), await mailsOf(here)]).toEqual([[], []]);
  });

  it('is a mail that could not be sent, and a completion, which has its own', async () => {
    const id = await person();
    await tell(id, noon, 'mail_failed');
    await tell(id, noon, 'offboarding_completed');
    await cut(at('2026-11-24T12:02:00Z'));
    expect(await mailsOf(id)).toEqual([]);
  });
});

it('three hundred people due in one night are one mail for each IT admin and manager', async () => {
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
  const mails = await cut(now);
  expect(mails).toHaveLength(5);
  for (const id of itAdmins) expect(await carried(id)).toEqual([300]);
  for (const id of managers) expect(await carried(id)).toEqual([100]);
  const [first] = await em.fork().find(Mail, { userId: itAdmins[0]! });
  expect(await remindedOf(em.fork(), first!.id, now)).toHaveLength(300);
});
