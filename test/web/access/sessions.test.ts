import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { sqlOf } from '../../../database/core/tables.ts';
import { AuditEntry, Session } from '../../../database/entities/index.ts';
import { type Cast, castPassword, makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { type Browserlike, startWeb } from '../../../testing/web/web.ts';
import { browserLabel } from '../../../web/me/browser-label.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
let cast: Cast;
let laptop: Browserlike;
let phone: Browserlike;
let emilsId: number;
beforeEach(async () => {
  cast = await makeCast(own.database);
  emilsId = cast.emil.id;
  laptop = web.stranger();
  await laptop.post(
    '/session',
    { email: cast.emil.email, password: castPassword },
    { 'User-Agent': firefox, 'X-Forwarded-For': '203.0.113.7' },
  );
  phone = await web.signIn(cast.emil.email);
});

const isSignedIn = async (browser: Browserlike) => (await browser.get('/me')).status === 200;
const keysOn = ({ text }: { text: string }) =>
  [...text.matchAll(/action="\/me\/sessions\/([0-9a-f]{64})\/ending"/g)].map(([, key]) => key!);
const endings = (userId: number) =>
  em.fork().find(AuditEntry, { action: 'user.sessions_ended', userId }, { orderBy: { id: 1 } });
/** Moves the sessions back by some hours, as if they had been idle or signed in for that long. */
const setBack = (what: 'expire' | 'startedAt', hours: number) =>
  (what === 'expire'
    ? sql`update sessions set expire = expire - ${hours}::float * interval '1 hour' where sess->>'userId' = ${String(emilsId)}`
    : sql`update sessions set sess = jsonb_set(sess::jsonb, '{startedAt}',
        to_jsonb((sess->>'startedAt')::bigint - ${hours}::float * 3600000)) where sess->>'userId' = ${String(emilsId)}`
  ).execute(sqlOf(em.fork()));

test('who is signed out is led back to the page of the form, if its address has a page', async () => {
  const stranger = web.stranger();
  const wayBack = async (form: string, page: string) =>
    (await stranger.post(form, {}, { Referer: `${web.address}${page}` })).location;
  expect(await wayBack('/users/7/end-date', '/users/7?a=b')).toBe('/sign-in?return=%2Fusers%2F7%3Fa%3Db');
  expect(await wayBack('/users/7', '/users/7')).toBe('/sign-in?return=%2Fusers%2F7');
  // A question before a big step stands at the address of its form.
  expect(await wayBack('/users/7/end-date', '/users/7/end-date')).toBe('/sign-in?return=%2F');
});

describe('the sessions of a user', () => {
  test('are listed on their page with browser, address and last use', async () => {
    const { text } = await phone.get('/me');
    const listed = text.slice(text.indexOf('id="sessions"'), text.indexOf('id="password"'));
    expect(listed).toContain('Firefox on Linux');
    const plain = listed.replace(/<[^>]+>/g, '');
    expect(plain).toMatch(/Signed in on \d+ \w+ \d{4}, .* from 203\.0\.113\.7/);
    expect(plain.match(/Last active on \d+ \w+ \d{4}, \d\d:\d\d/g)).toHaveLength(2);
    expect(listed.match(/This browser/g)).toHaveLength(1);
    expect(listed).toMatch(
      /aria-label="Sign out [^"]+, started \w+, \d+ \w+ \d{4} at \d\d:\d\d:\d\d Coordinated Universal Time"/,
    );
    // The session of this browser has no button, because signing out ends it.
    expect(keysOn({ text })).toHaveLength(1);
  });

  test('with a malformed key are not found', async () => {
    for (const key of ['%00', 'unknown', "'%20or%20true%20--", `${'a'.repeat(63)}%0a`]) {
      expect((await phone.post(`/me/sessions/${key}/ending`)).status).toBe(404);
    }
  });

  test('are ended one by one', async () => {
    const [key] = keysOn(await phone.get('/me'));
    const { status, location } = await phone.post(`/me/sessions/${key}/ending`);
    expect([status, location]).toEqual([303, '/me']);
    expect([await isSignedIn(laptop), await isSignedIn(phone)]).toEqual([false, true]);
    expect(await endings(emilsId)).toMatchObject([{ actor: `user:${emilsId}`, details: { sessions: 1 } }]);
  });

  test('are ended, except the current one', async () => {
    const tablet = await web.signIn(cast.emil.email);
    await phone.post('/me/sessions/ending');
    expect([await isSignedIn(laptop), await isSignedIn(tablet), await isSignedIn(phone)]).toEqual([
      false,
      false,
      true,
    ]);
    expect(await endings(emilsId)).toMatchObject([{ details: { sessions: 2 } }]);
  });

  test('cannot be ended by another user who knows their keys', async () => {
    const keys = keysOn(await phone.get('/me'));
    const timo = await web.signIn(cast.timo.email);
    for (const key of [...keys, 'a'.repeat(64)])
      expect((await timo.post(`/me/sessions/${key}/ending`)).status).toBe(303);
    expect([await isSignedIn(laptop), await isSignedIn(phone)]).toEqual([true, true]);
    expect(await endings(emilsId)).toEqual([]);
  });

  test('are ended by a super-admin when a laptop was lost', async () => {
    const ada = await web.signIn(cast.ada.email);
    expect((await ada.get(`/users/${emilsId}`)).text).toContain('Sign out everywhere');
    expect((await ada.post(`/users/${emilsId}/sessions/ending`)).location).toBe(`/users/${emilsId}`);
    expect([await isSignedIn(laptop), await isSignedIn(phone), await isSignedIn(ada)]).toEqual([
      false,
      false,
      true,
    ]);
    expect(await endings(emilsId)).toMatchObject([{ actor: `user:${cast.ada.id}` }]);
  });

  test('end when the user changes the password in another session', async () => {
    await phone.post('/me/password', { current: castPassword, password: 'seven quiet herons' });
    expect([await isSignedIn(laptop), await isSignedIn(phone)]).toEqual([false, true]);
  });
});

describe('a session', () => {
  test('is stored as a hash, so the table opens no session', async () => {
    const cookie = decodeURIComponent(phone.cookies.get('lastday')!);
    const id = /^s:([^.]+)\./.exec(cookie)![1]!;
    expect(id.length).toBeGreaterThanOrEqual(32);
    const stored = JSON.stringify(await em.fork().find(Session, {}));
    expect(stored).not.toContain(id);
    for (const { sid } of await em.fork().find(Session, {})) {
      laptop.cookies.set('lastday', encodeURIComponent(cookie.replace(id, sid)));
      expect(await isSignedIn(laptop)).toBe(false);
    }
  });

  test('planted before the sign-in is not signed in afterwards', async () => {
    const planted = phone.cookies.get('lastday')!;
    const victim = web.stranger();
    victim.cookies.set('lastday', planted);
    await victim.post('/session', { email: cast.timo.email, password: castPassword });
    expect(victim.cookies.get('lastday')).not.toBe(planted);
    const attacker = web.stranger();
    attacker.cookies.set('lastday', planted);
    expect((await attacker.get('/me')).status).toBe(303);

    const invented = web.stranger();
    invented.cookies.set('lastday', 's%3Ainvented.signature');
    await invented.post('/session', { email: cast.timo.email, password: castPassword });
    expect(invented.cookies.get('lastday')).not.toContain('invented');
  });

  test('expires after two hours idle, and each use extends it', async () => {
    await setBack('expire', 1.9);
    expect(await isSignedIn(phone)).toBe(true);
    await setBack('expire', 1.9);
    expect([await isSignedIn(phone), await isSignedIn(laptop)]).toEqual([true, false]);
    await setBack('expire', 2.1);
    expect(await isSignedIn(phone)).toBe(false);
  });

  test('is not extended by background polling', async () => {
    await setBack('expire', 1.9);
    expect((await phone.get('/me', { 'HX-Request': 'true', 'Lastday-Poll': 'true' })).status).toBe(200);
    await setBack('expire', 0.2);
    expect(await isSignedIn(phone)).toBe(false);
  });

  test('expires after twelve hours even when used, and leaves the list', async () => {
    await setBack('startedAt', 11.9);
    expect(await isSignedIn(phone)).toBe(true);
    await setBack('startedAt', 0.2);
    expect(await isSignedIn(phone)).toBe(false);
    const fresh = await web.signIn(cast.emil.email);
    expect(keysOn(await fresh.get('/me'))).toEqual([]);
  });

  test('that was ended is not restored by requests in flight', async () => {
    for (let round = 0; round < 5; round++) {
      const browser = await web.signIn(cast.emil.email);
      const cookie = browser.cookies.get('lastday')!;
      const looking = Array.from({ length: 8 }, () => browser.get('/me'));
      await Promise.all([...looking, browser.post('/session/end')]);
      browser.cookies.set('lastday', cookie);
      expect(await isSignedIn(browser)).toBe(false);
    }
  });

  test('has a cookie that scripts cannot read and other sites do not send', async () => {
    const form = { email: cast.timo.email, password: castPassword };
    const { headers } = await web.stranger().post('/session', form);
    const [cookie] = headers.getSetCookie().filter((line) => line.startsWith('lastday='));
    expect(cookie).toMatch(/; Path=\/;/);
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; SameSite=Lax/);
    const hours = (Date.parse(/Expires=([^;]+)/.exec(cookie!)![1]!) - Date.now()) / 3_600_000;
    expect(Math.round(hours)).toBe(2);
  });
});

test.each([
  [firefox, 'Firefox on Linux'],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0',
    'Edge on Windows',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 (KHTML, like Gecko) Version/18.0 Mobile Safari/604',
    'Safari on an iPhone',
  ],
  [
    'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36',
    'Chrome on Android',
  ],
  ['<script>', 'A browser'],
  ['', 'A browser'],
])('%s is called %s', (userAgent, words) => {
  expect(browserLabel(userAgent)).toBe(words);
});
