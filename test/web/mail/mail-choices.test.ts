import { beforeAll, describe, expect, test } from 'vitest';
import { AuditEntry } from '../../../database/entities/index.ts';
import { mailPreferencesOf } from '../../../database/mail/preferences.ts';
import { mailTokens } from '../../../database/mail/tokens.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { testKey } from '../../../testing/cast/engine.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { messagesOn } from '../../../testing/web/page-messages.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { database } = own;
const web = await startWeb(own, {
  SECRET_KEY: testKey,
  SMTP_URL: 'smtp://lastday:secret@mail.halden.example:587',
});
const tokens = mailTokens(testKey);
let cast: Cast;
beforeAll(async () => {
  cast = await makeCast(database);
});

const unwanted = (userId: number) => mailPreferencesOf(database.em, userId);

describe("on the user's own page", () => {
  test('an employee chooses their mails, and gets a confirmation', async () => {
    const mira = await web.signIn(cast.mira.email);
    const before = await mira.get('/me');
    const [, choices] = before.text.split('action="/me/mail"');
    expect(choices!.split('</form>')[0]!.match(/<input[^>]*type="checkbox"[^>]*checked/g)).toHaveLength(2);
    expect(before.text).not.toContain('name="problems"');

    const saved = await mira.post('/me/mail', { reminders: 'yes' });
    expect([saved.status, saved.location]).toEqual([303, '/me']);
    expect(await unwanted(cast.mira.id)).toEqual(['completions']);
    const after = await mira.get('/me');
    expect(messagesOn(after.text)).toBe('success: Email preferences saved.');
    expect(after.text).toMatch(/name="reminders"[^>]*checked/);
    expect(after.text).not.toMatch(/name="completions"[^>]*checked/);
  });

  test('a super-admin can opt out of emails about problems', async () => {
    const ada = await web.signIn(cast.ada.email);
    expect((await ada.get('/me')).text).toContain('name="problems"');
    await ada.post('/me/mail', {});
    expect(await unwanted(cast.ada.id)).toEqual(['completions', 'imports', 'problems', 'reminders']);
    await ada.post('/me/mail', { reminders: 'yes', completions: 'yes', problems: 'yes', imports: 'yes' });
    expect(await unwanted(cast.ada.id)).toEqual([]);
  });

  test('the choice is audited only when it changed something', async () => {
    const ivo = await web.signIn(cast.ivo.email);
    for (let i = 0; i < 2; i++) await ivo.post('/me/mail', { reminders: 'yes', imports: 'yes' });
    const entries = await database.em
      .fork()
      .find(AuditEntry, { userId: cast.ivo.id, action: 'user.mails_chosen' });
    expect(entries.map(({ actor, details }) => [actor, details])).toEqual([
      [`user:${cast.ivo.id}`, { unwanted: 'completions' }],
    ]);
  });

  test('a wrong password brings the page back with the choices', async () => {
    const nora = await web.signIn(cast.nora.email);
    const answer = await nora.post('/me/password', { current: 'not this', password: 'a long new password' });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('name="reminders"');
  });
});

describe('the unsubscribe link', () => {
  const linkFor = (userId: number, kind: 'reminders' | 'completions' = 'reminders') =>
    `/unsubscribe/${tokens.sign({ userId, kind })}`;

  test('changes nothing on GET', async () => {
    const page = await web.stranger().get(linkFor(cast.lena.id));
    expect(page.status).toBe(200);
    expect(page.text).toContain('Unsubscribe from reminder emails?');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(await unwanted(cast.lena.id)).toEqual([]);
  });

  test('unsubscribes from one kind with a one-click POST, without session or origin', async () => {
    const answer = await fetch(new URL(linkFor(cast.lena.id), web.address), {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    });
    expect(answer.status).toBe(200);
    expect(await unwanted(cast.lena.id)).toEqual(['reminders']);
    // A second POST changes nothing.
    await fetch(new URL(linkFor(cast.lena.id), web.address), { method: 'POST' });
    expect(await unwanted(cast.lena.id)).toEqual(['reminders']);
    await fetch(new URL(linkFor(cast.lena.id, 'completions'), web.address), { method: 'POST' });
    expect(await unwanted(cast.lena.id)).toEqual(['completions', 'reminders']);
  });

  test('unsubscribes with the button of its page', async () => {
    const answer = await web.stranger().post(linkFor(cast.emil.id));
    expect(answer.text).toContain('Unsubscribed from reminder emails');
    expect(await unwanted(cast.emil.id)).toEqual(['reminders']);
  });

  test('with a forged token is not found, and changes nothing', async () => {
    for (const token of ['x', `reminders.${cast.rosa.id}.AAAAAAAAAAAAAAAAAAAAAA`, '%00', '..%2f']) {
      const answer = await fetch(new URL(`/unsubscribe/${token}`, web.address), { method: 'POST' });
      expect([404, 400]).toContain(answer.status);
    }
    expect(await unwanted(cast.rosa.id)).toEqual([]);
  });
});

describe('the workspace settings', () => {
  const settings = { remindDaysBefore: '14, 3,3', remindOverdueEvery: '2', digestHour: '8' };

  test('show how mail is sent, without the password', async () => {
    const ada = await web.signIn(cast.ada.email);
    const { text } = await ada.get('/settings/workspace');
    expect(text).toContain('mail.halden.example:587');
    expect(text).toContain('Lastday &lt;lastday@localhost&gt;');
    expect(text).not.toContain('secret');
  });

  test('set the reminder days, and reschedule the reminders of leavers', async () => {
    const ada = await web.signIn(cast.ada.email);
    const saved = await ada.post('/settings/workspace/reminders', settings);
    expect([saved.status, saved.location]).toEqual([303, '/settings/workspace']);
    const { text } = await ada.get('/settings/workspace');
    expect(text).toContain('value="14, 3"');
    expect(text).toMatch(/<option value="8" selected>Not before 08:00/);
    const page = await ada.get(`/offboarding/${cast.lena.id}`);
    expect(page.text).toContain('3 days before the last day');
    expect(page.text).toContain('The workspace changed its reminder days.');
  });

  test.each([
    ['remindDaysBefore', '7, one'],
    ['remindDaysBefore', '61'],
    ['remindDaysBefore', '1,2,3,4,5,6,7'],
    ['remindDaysBefore', '-1'],
    ['remindOverdueEvery', '0'],
    ['remindOverdueEvery', '31'],
    ['digestHour', '24'],
  ])('reject %s of %s, and keep the input', async (field, value) => {
    const ada = await web.signIn(cast.ada.email);
    const answer = await ada.post('/settings/workspace/reminders', { ...settings, [field]: value });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(`id="${field}-error"`);
    expect(answer.text).toContain(value);
  });

  test('can be changed only by a super-admin', async () => {
    const nora = await web.signIn(cast.nora.email);
    expect((await nora.post('/settings/workspace/reminders', settings)).status).toBe(403);
  });
});
