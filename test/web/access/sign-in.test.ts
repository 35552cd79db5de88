import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { sqlOf } from '../../../database/core/tables.ts';
import { User } from '../../../database/entities/index.ts';
import { type Cast, castPassword, makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { asOwner } from '../../../testing/servers/owner.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { database } = own;
const web = await startWeb(own);
let cast: Cast;

beforeAll(async () => {
  cast = await makeCast(database);
});

const sessionsOf = async (userId: number) =>
  (
    await sqlOf(database.em)
      .selectFrom('sessions')
      .select('sid')
      .where(sql`sess->>'userId'`, '=', String(userId))
      .execute()
  ).map(({ sid }) => sid);

test('a visitor who is not signed in is sent to the sign-in page and back', async () => {
  const stranger = web.stranger();
  const answer = await stranger.get('/offboarding?window=60');
  expect(answer.status).toBe(303);
  expect(answer.location).toBe(`/sign-in?return=${encodeURIComponent('/offboarding?window=60')}`);

  const page = await stranger.get(answer.location!);
  expect(page.text).toContain('value="/offboarding?window=60"');
  const signedIn = await stranger.post('/session', {
    email: cast.ivo.email,
    password: castPassword,
    return: '/offboarding?window=60',
  });
  expect(signedIn.location).toBe('/offboarding?window=60');
  expect((await stranger.get('/offboarding')).status).toBe(200);
});

test.each([
  '//evil.example',
  'https://evil.example',
  '/\\evil.example',
  '/sign-in?return=/',
  'javascript:alert(1)',
])('a sign-in does not redirect to %s', async (target) => {
  const stranger = web.stranger();
  const answer = await stranger.post('/session', {
    email: cast.ivo.email,
    password: castPassword,
    return: target,
  });
  expect(answer.location).toBe('/');
});

test('an htmx sign-in redirects to a path with non-ASCII characters', async () => {
  const form = { email: cast.ivo.email, password: castPassword, return: '/people/中文' };
  const answer = await web.stranger().post('/session', form, { 'HX-Request': 'true' });
  expect([answer.status, answer.headers.get('HX-Redirect')]).toEqual([200, '/people/%E4%B8%AD%E6%96%87']);
  expect(answer.location).toBeNull();
});

test('the session is stored before the response to the sign-in starts', async () => {
  // Browsers follow a redirect as soon as its headers arrive.
  await asOwner(
    own.ownerUrl,
    `create function slow() returns trigger language plpgsql as 'begin perform pg_sleep(0.3); return new; end'`,
    'create trigger slow before insert or update on sessions for each row execute function slow()',
  );
  const answer = await fetch(`${web.address}/session`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'Sec-Fetch-Site': 'same-origin' },
    body: new URLSearchParams({ email: cast.ivo.email, password: castPassword }),
  });
  const [cookie] = answer.headers.getSetCookie()[0]!.split(';');
  const next = await fetch(`${web.address}/offboarding`, {
    redirect: 'manual',
    headers: { cookie: cookie! },
  });
  expect([answer.status, next.status]).toEqual([303, 200]);
  await asOwner(own.ownerUrl, 'drop trigger slow on sessions', 'drop function slow');
});

test('a form sent after the session ended shows once that nothing was changed', async () => {
  const words = 'Your session expired, so nothing was changed.';
  const ivo = await web.signIn(cast.ivo.email);
  await sqlOf(database.em).deleteFrom('sessions').execute();
  const answer = await ivo.post(`/assets/${cast.laptop.id}/recovery`, { condition: 'good' });
  expect(answer.location).toMatch(/^\/sign-in/);
  const page = await ivo.get(answer.location!);
  expect(page.text).toContain(words);
  expect(page.headers.getSetCookie().join()).toMatch(/lastday-notice=;.*HttpOnly/);
  expect((await ivo.get('/sign-in')).text).not.toContain(words);
  const looking = web.stranger();
  await looking.get('/offboarding');
  expect((await looking.get('/sign-in')).text).not.toContain(words);
});

test('an htmx request with an expired session redirects the whole page to sign-in', async () => {
  const answer = await web.stranger().get(`/offboarding/${cast.lena.id}`, { 'HX-Request': 'true' });
  expect(answer.status).toBe(401);
  expect(answer.headers.get('HX-Redirect')).toContain('/sign-in?return=');
  expect(answer.text).toBe('');
});

test('the email is case-insensitive, the password is case-sensitive', async () => {
  await web.signIn(cast.ivo.email.toUpperCase());
  await expect(web.signIn(cast.ivo.email, castPassword.toUpperCase())).rejects.toThrow(
    /422.*Wrong email or password/s,
  );
});

test('a wrong password and an unknown address get the same message', async () => {
  const words = async (email: string) =>
    (await web.stranger().post('/session', { email, password: 'not the password' })).text.match(
      /field-error[^>]*>([^<]+)/,
    )?.[1];
  expect(await words(cast.nora.email)).toBe(await words('nobody@lastday.example'));
});

test('the form keeps the input and shows a message beside each empty field', async () => {
  const answer = await web.stranger().post('/session', { email: '', password: '' });
  expect(answer.status).toBe(422);
  expect(answer.text).toContain('Enter your email.');
  expect(answer.text).toContain('Enter your password.');
  const again = await web.stranger().post('/session', { email: 'x@y.example', password: '' });
  expect(again.text).toContain('value="x@y.example"');
});

test('signing in makes a new session id, and the old one is not signed in', async () => {
  const browser = await web.signIn(cast.emil.email);
  const first = browser.cookies.get('lastday');
  await browser.post('/session', { email: cast.emil.email, password: castPassword });
  expect(browser.cookies.get('lastday')).not.toBe(first);
  browser.cookies.set('lastday', first!);
  expect((await browser.get('/me')).status).toBe(303);
});

test('signing out ends the session on the server', async () => {
  const browser = await web.signIn(cast.timo.email);
  const cookie = browser.cookies.get('lastday')!;
  await browser.post('/session/end');
  browser.cookies.set('lastday', cookie);
  expect((await browser.get('/me')).location).toContain('/sign-in');
  expect(await sessionsOf(cast.timo.id)).toEqual([]);
});

test('a suspended user is signed out at once, though the session is still stored', async () => {
  const browser = await web.signIn(cast.rosa.email);
  expect((await browser.get('/me')).status).toBe(200);
  await database.em.fork().nativeUpdate(User, { id: cast.rosa.id }, { status: 'suspended' });
  expect(await sessionsOf(cast.rosa.id)).toHaveLength(1);
  expect((await browser.get('/me')).status).toBe(303);
  await expect(web.signIn(cast.rosa.email)).rejects.toThrow('422');
});

test('five wrong passwords lock the account for a while', async () => {
  const { mira } = await makeCast(database);
  const stranger = web.stranger();
  for (let i = 0; i < 5; i++) {
    expect((await stranger.post('/session', { email: mira.email, password: 'wrong' })).status).toBe(422);
  }
  const answer = await stranger.post('/session', { email: mira.email, password: castPassword });
  expect(answer.status).toBe(429);
  expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(60);
  expect(answer.text).toContain('Too many attempts.');
});

test('an employee has a page of their own, but no console', async () => {
  const browser = await web.signIn(cast.emil.email);
  expect((await browser.get('/')).location).toBe('/me');
  for (const path of ['/offboarding', `/offboarding/${cast.lena.id}`, '/audit']) {
    const answer = await browser.get(path);
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('Your role doesn&#39;t allow this.');
  }
  expect((await (await web.signIn(cast.ivo.email)).get('/')).location).toBe('/offboarding');
});
