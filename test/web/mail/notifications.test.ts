import { beforeAll, describe, expect, test } from 'vitest';
import { Mail, Notification, User } from '../../../database/entities/index.ts';
import { setEndDate } from '../../../database/offboarding/offboardings.ts';
import { fireReminder } from '../../../database/offboarding/reminders.ts';
import { updateUser } from '../../../database/people/users.ts';
import { addDays, todayIn } from '../../../domain/dates.ts';
import type { NotificationKind } from '../../../domain/wording/notifications.ts';
import { dateWords } from '../../../domain/wording/times.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { reminderNamed } from '../../../testing/cast/reminders.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { database } = own;
const { em } = database;
const web = await startWeb(own);
const today = todayIn('UTC', new Date());
let cast: Cast;
beforeAll(async () => {
  cast = await makeCast(database);
});

async function notify(
  userId: number,
  kind: NotificationKind,
  more: { aboutUserId?: number; details?: object; createdAt?: Date },
) {
  const fork = em.fork();
  const { details = {}, ...rest } = more;
  fork.create(Notification, { userId, kind, details: details as Record<string, string>, ...rest });
  await fork.flush();
}

/** The text that is shown before a press on a time shows the exact one. */
const flat = (html: string) =>
  html
    .replaceAll(/<span class="exact-time"[\s\S]*?<\/span>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

const badge = 'class="bell-count"[^>]*>([^<]+)<';
const unreadCount = (html: string) => new RegExp(badge).exec(html)?.[1] ?? null;

describe('notifications', () => {
  test('about a day’s reminders are grouped, count once in the unread badge, and count the days from today', async () => {
    const ivo = await web.signIn(cast.ivo.email);
    const reminder = {
      offboardingId: 1,
      reminder: 'overdue',
      days: 3,
      daysLeft: -4,
      endDate: addDays(today, -5),
      hardware: 2,
      software: 0,
      requests: 1,
    };
    for (const { id } of [cast.rosa, cast.timo, cast.emil]) {
      await notify(cast.ivo.id, 'offboarding_reminder', { aboutUserId: id, details: reminder });
    }
    await notify(cast.ivo.id, 'offboarding_completed', { aboutUserId: cast.lena.id });
    const { text } = await ivo.get('/notifications');
    expect(unreadCount(text)).toBe('2');
    expect(flat(text)).toContain('3 reminders about people who are leaving');
    expect(flat(text)).toContain(
      `Timo Aalto left on ${dateWords(addDays(today, -5))} (5 days ago). Still open: 2 devices and 1 request.`,
    );
    expect(text).toContain(`href="/offboarding/${cast.timo.id}"`);
    expect(flat(text)).toContain('Lena Brandt&#39;s offboarding is complete.');
  });

  test('of another day are another group', async () => {
    const yesterday = new Date(Date.now() - 86_400_000);
    await notify(cast.ivo.id, 'offboarding_reminder', {
      aboutUserId: cast.lena.id,
      details: { endDate: addDays(today, 1) },
      createdAt: yesterday,
    });
    const ivo = await web.signIn(cast.ivo.email);
    const { text } = await ivo.get('/notifications');
    expect(unreadCount(text)).toBe('3');
    expect(flat(text)).toContain(`Lena Brandt leaves on ${dateWords(addDays(today, 1))} (tomorrow).`);
  });

  test('are marked as read together', async () => {
    const ivo = await web.signIn(cast.ivo.email);
    const upTo = /name="upTo" value="(\d+)"/.exec((await ivo.get('/notifications')).text)![1]!;
    await ivo.post('/notifications/reading', { upTo });
    expect(unreadCount((await ivo.get('/notifications')).text)).toBeNull();
  });

  test("about the user's own offboarding say what to return, in their time zone", async () => {
    await em.fork().nativeUpdate(User, { id: cast.lena.id }, { timeZone: 'Pacific/Tongatapu' });
    await notify(cast.lena.id, 'offboarding_reminder', {
      aboutUserId: cast.lena.id,
      details: { endDate: addDays(today, 7), hardware: 1, software: 3, requests: 0 },
      createdAt: new Date('2026-11-20T12:30:00Z'),
    });
    const lena = await web.signIn(cast.lena.email);
    const { text } = await lena.get('/notifications');
    expect(flat(text)).toContain(
      `Your last day is ${dateWords(addDays(today, 7))} (in 7 days). Please return: 1 device.`,
    );
    expect(flat(text)).toContain('21 Nov 2026, 01:30 Pacific/Tongatapu');
    expect(text).toContain('href="/me"');
  });

  test('link a super-admin to the endpoint, and an employee to nothing', async () => {
    await notify(cast.ada.id, 'webhook_disabled', {
      details: { url: 'https://hooks.example/a', endpointId: 7, reason: 'gone' },
    });
    await notify(cast.mira.id, 'offboarding_completed', { aboutUserId: cast.lena.id });
    const ada = await web.signIn(cast.ada.email);
    const { text } = await ada.get('/notifications');
    expect(text).toContain('href="/settings/webhooks/7/deliveries"');
    expect(flat(text)).toContain(
      'Webhooks to https://hooks.example/a are disabled: the endpoint responded with 410 Gone.',
    );
    const mira = await web.signIn(cast.mira.email);
    expect((await mira.get('/notifications')).text).not.toContain(`/offboarding/${cast.lena.id}`);
  });

  describe('in a group that is too long', () => {
    const restOf = async (kind: NotificationKind, details: (i: number) => object) => {
      const { ada } = await makeCast(database);
      for (let i = 0; i < 52; i++)
        await notify(ada.id, kind, { aboutUserId: cast.emil.id, details: details(i) });
      const { text } = await (await web.signIn(ada.email)).get('/notifications');
      return /<li>\s*and 2 more(?:: <a href="([^"]*)">[^<]*<\/a>)?\s*<\/li>/.exec(text)!;
    };

    test.each<[string, NotificationKind, (i: number) => object, string | undefined]>([
      ['lead to the queue', 'offboarding_reminder', () => ({}), '/offboarding'],
      [
        'lead to what an endpoint has missed',
        'webhook_failed',
        () => ({ endpointId: 7 }),
        '/settings/webhooks/7/deliveries?state=missed',
      ],
      ['lead to the endpoints', 'webhook_failed', (i) => ({ endpointId: i % 2 }), '/settings/webhooks'],
      ['lead nowhere, being mails', 'mail_failed', () => ({ mailId: 1 }), undefined],
    ])('%s', async (_, kind, details, address) => {
      expect((await restOf(kind, details))[1]).toBe(address);
    });
  });

  test('are paged by group', async () => {
    const nora = await web.signIn(cast.nora.email);
    for (let i = 0; i < 60; i++)
      await notify(cast.nora.id, 'offboarding_completed', { aboutUserId: cast.emil.id });
    const first = (await nora.get('/notifications')).text;
    expect(first.match(/class="item unread"/g)).toHaveLength(50);
    const older = /href="(\/notifications\?before=\d+)"/.exec(first)![1]!;
    expect((await nora.get(older)).text.match(/class="item unread"/g)).toHaveLength(10);
  });

  test('about a finished import link to it for users who may see it', async () => {
    const details = {
      importId: 12,
      kind: 'users',
      state: 'done',
      file: 'hr.csv',
      lines: 3,
      changed: 2,
      failed: 1,
    };
    for (const { id } of [cast.nora, cast.ivo]) await notify(id, 'import_ended', { details });
    const words =
      'The import of hr.csv finished with errors: 0 added, 2 changed, 0 unchanged, 1 with errors.';
    for (const [{ email }, isLink] of [
      [cast.nora, true],
      [cast.ivo, false],
    ] as const) {
      const browser = await web.signIn(email);
      const { text } = await browser.get('/notifications');
      expect(flat(text)).toContain(words);
      expect(text.includes('href="/imports/12"')).toBe(isLink);
    }
  });
});

describe('the reminders of a leaver', () => {
  const remindersOf = async (member: { email: string }, userId: number) => {
    const browser = await web.signIn(member.email);
    const { text } = await browser.get(`/offboarding/${userId}`);
    return flat(/<section class="card section reminders"[\s\S]*?<\/section>/.exec(text)?.[0] ?? '');
  };

  test('list what is due, in both time zones, what was sent, and what was skipped and why', async () => {
    const other = await makeCast(database, 20);
    await updateUser(em, 'system', other.lena.id, { timeZone: 'Pacific/Tongatapu' });
    await updateUser(em, 'system', other.ivo.id, { timeZone: 'Europe/Berlin' });
    const { id, dueAt } = await reminderNamed(database, other.lena.id, '7 before');
    await fireReminder(em, id, dueAt);
    await setEndDate(em, 'system', other.lena.id, '2099-12-24');
    const card = await remindersOf(other.ivo, other.lena.id);
    expect(card).toContain('Sent to Lena Brandt, Mira Holt and IT admins while anything is open.');
    expect(card).toContain(
      '7 days before the last day 17 Dec 2099, 00:00 Pacific/Tongatapu (16 Dec 2099, 12:00 Europe/Berlin, your time)',
    );
    expect(card).toContain(
      'End of the last day 25 Dec 2099, 00:00 Pacific/Tongatapu (24 Dec 2099, 12:00 Europe/Berlin, your time)',
    );
    expect(card).toMatch(
      /Scheduled .* Sent 7 days before the last day, .* Skipped 1 day before the last day, .* The last day moved\./,
    );
  });

  test('say that no reminder is sent when nothing is open', async () => {
    const other = await makeCast(database);
    await clearChecklist(database, other);
    expect(await remindersOf(other.ivo, other.lena.id)).toContain(
      'Nothing is open, so no reminders go out. After the last day',
    );
  });

  test('name failed mails, here and on the page of the recipient', async () => {
    const other = await makeCast(database);
    const { id, dueAt } = await reminderNamed(database, other.lena.id, '1 before');
    await fireReminder(em, id, dueAt);
    const fork = em.fork();
    const mail = fork.create(Mail, {
      userId: other.mira.id,
      kind: 'reminders',
      day: '2026-11-24',
      state: 'failed',
      outcome: 'refused',
      attempts: 1,
      closedAt: new Date(),
    });
    await fork.flush();
    await em
      .fork()
      .nativeUpdate(Notification, { userId: other.mira.id, aboutUserId: other.lena.id }, { mailId: mail.id });
    expect(await remindersOf(other.ivo, other.lena.id)).toContain(
      'To Mira Holt failed: The mail server refused the recipient or the message',
    );
    const ivo = await web.signIn(other.ivo.email);
    expect(flat((await ivo.get(`/users/${other.mira.id}`)).text)).toContain(
      "The last email to this person couldn't be sent: the mail server refused the recipient or the message",
    );
    expect((await ivo.get(`/users/${other.emil.id}`)).text).not.toContain('could not be sent');
  });

  test('of a cancelled offboarding are not due', async () => {
    const other = await makeCast(database);
    await setEndDate(em, 'system', other.lena.id, null);
    const card = await remindersOf(other.ivo, other.lena.id);
    expect(card).toContain('Cancelled. No more reminders.');
    expect(card).not.toContain('Scheduled');
  });
});
