import jsqr from 'jsqr';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { createLink } from '../../../database/access/one-time-links.ts';
import { sqlOf } from '../../../database/core/tables.ts';
import { AuditEntry, User } from '../../../database/entities/index.ts';
import { castPassword } from '../../../testing/cast/cast.ts';
import { testKey } from '../../../testing/cast/engine.ts';
import { codeAt, giveApp, givePasskey } from '../../../testing/cast/second-factors.ts';
import { consoleTests } from '../../../testing/web/console.ts';
import type { Browserlike } from '../../../testing/web/web.ts';

// ASVS 6.3.3, 6.5.1, 6.5.2 and 6.5.5.

const { database, em, web, test } = await consoleTests({
  SECRET_KEY: testKey,
  PUBLIC_URL: 'http://localhost:3000',
});

const page = '/me/second-factor';

/** A browser whose password was right. */
async function afterPassword(email: string) {
  const browser = web.stranger();
  const answer = await browser.post('/session', { email, password: castPassword, return: '/audit' });
  expect([answer.status, answer.location]).toEqual([303, '/sign-in/code']);
  return browser;
}

const actionsAbout = async (userId: number) =>
  (await em.fork().find(AuditEntry, { userId }, { orderBy: { id: 1 } })).map(({ action }) => action);

const secretOn = (text: string) => /Key: <code[^>]*>([^<]+)</.exec(text)![1]!.replaceAll(' ', '');

test('an app is set up by its first code, and recovery codes are shown once', async ({ cast, ivo }) => {
  const { text } = await ivo.get(`${page}/app`);
  const secret = secretOn(text);
  expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  expect(secretOn((await ivo.get(`${page}/app`)).text)).toBe(secret);
  const wrong = await ivo.post(`${page}/app`, { code: codeAt(secret, 9) });
  expect([wrong.status, secretOn(wrong.text)]).toEqual([422, secret]);

  const right = await ivo.post(`${page}/app`, { code: codeAt(secret).replace(/^.../, '$& ') });
  expect([right.status, right.location]).toEqual([303, page]);
  const shown = /id="shown-once">([^<]+)</.exec((await ivo.get(page)).text)![1]!.split('\n');
  expect(new Set(shown).size).toBe(10);
  expect((await ivo.get(page)).text).not.toContain('shown-once');
  const { rows } = await sql<{ text: string }>`
    select t::text as text from authenticator_apps t where user_id = ${cast.ivo.id}
    union all select t::text from recovery_codes t where user_id = ${cast.ivo.id}`.execute(sqlOf(em.fork()));
  expect(rows).toHaveLength(11);
  for (const { text: row } of rows) for (const plain of [secret, ...shown]) expect(row).not.toContain(plain);
  expect(await actionsAbout(cast.ivo.id)).toContain('user.app_added');
  expect((await ivo.get('/notifications')).text).toContain('An authenticator app was added to your account.');
});

test('the QR code holds the address of the key and comes from this server', async ({ cast, ivo }) => {
  const { text } = await ivo.get(`${page}/app`);
  const svg = Buffer.from(/data:image\/svg\+xml;base64,([^"]+)/.exec(text)![1]!, 'base64').toString();
  const read = qrCodeIn(svg)!;
  const address = new URL(read);
  expect(address.protocol + address.host).toBe('otpauth:totp');
  expect(decodeURIComponent(address.pathname)).toBe(`/Lastday:${cast.ivo.email}`);
  expect(address.searchParams.get('secret')).toBe(secretOn(text));
});

test('after the password the code is asked, and there is no session before', async ({ cast }) => {
  const { secret } = await giveApp(database, cast.ivo.id);
  const browser = await afterPassword(cast.ivo.email);
  expect((await browser.get('/me')).location).toContain('/sign-in');
  expect(browser.cookies.has('lastday')).toBe(false);
  expect((await browser.get('/sign-in/code')).text).toContain('autocomplete="one-time-code"');
  expect((await browser.post('/sign-in/code', { code: '' })).status).toBe(422);
  const answer = await browser.post('/sign-in/code', { code: codeAt(secret) });
  expect([answer.status, answer.location]).toEqual([303, '/audit']);
  expect((await browser.get('/audit')).status).toBe(200);
  expect((await browser.get('/sign-in/code')).location).toBe('/sign-in');
  const signIns = (await actionsAbout(cast.ivo.id)).filter((action) => action.startsWith('user.signed_in'));
  expect(signIns).toHaveLength(1);
});

test('a time step is accepted once, also when it is early, and also by two at the same time', async ({
  cast,
}) => {
  const { secret } = await giveApp(database, cast.nora.id);
  const browser = await afterPassword(cast.nora.email);
  for (const steps of [-3, 3])
    expect((await browser.post('/sign-in/code', { code: codeAt(secret, steps) })).status).toBe(422);
  const used = codeAt(secret);
  expect((await browser.post('/sign-in/code', { code: used })).status).toBe(303);
  const again = await afterPassword(cast.nora.email);
  expect((await again.post('/sign-in/code', { code: used })).status).toBe(422);
  const early = codeAt(secret, 1);
  const both = await Promise.all(
    ['one', 'two'].map(async () =>
      (await afterPassword(cast.nora.email)).post('/sign-in/code', { code: early }),
    ),
  );
  expect(both.map(({ status }) => status).sort()).toEqual([303, 422]);
});

test('a recovery code works once and says how many are left', async ({ cast }) => {
  const { codes } = await giveApp(database, cast.ivo.id);
  const typed = codes[3]!.toUpperCase().replace('-', ' ');
  const browser = await afterPassword(cast.ivo.email);
  const { location } = await browser.post('/sign-in/code', { code: typed });
  expect((await browser.get(location!)).text).toContain('You used a recovery code. 9 codes are left.');
  const again = await afterPassword(cast.ivo.email);
  expect((await again.post('/sign-in/code', { code: codes[3]! })).status).toBe(422);
  await browser.post(`${page}/codes`);
  expect((await again.post('/sign-in/code', { code: codes[4]! })).status).toBe(422);
  const fresh = /id="shown-once">([^<]+)</.exec((await browser.get(page)).text)![1]!.split('\n');
  expect((await again.post('/sign-in/code', { code: fresh[0]! })).status).toBe(303);
});

test('five wrong codes lock the account, and a right password does not reset the count', async ({ cast }) => {
  const { secret } = await giveApp(database, cast.mira.id);
  const statuses: number[] = [];
  for (let times = 0; times < 5; times++) {
    const browser = await afterPassword(cast.mira.email);
    statuses.push((await browser.post('/sign-in/code', { code: codeAt(secret, 50 + times) })).status);
  }
  expect(statuses).toEqual([422, 422, 422, 422, 422]);
  const locked = await (await afterPassword(cast.mira.email)).post('/sign-in/code', { code: codeAt(secret) });
  expect(locked.status).toBe(429);
  expect(Number(locked.headers.get('Retry-After'))).toBeGreaterThan(60);
  const failures = (await actionsAbout(cast.mira.id)).filter((action) => action === 'user.sign_in_failed');
  expect(failures).toHaveLength(5);
});

test('another password, a suspension and a changed cookie end the first step', async ({ cast }) => {
  const { secret } = await giveApp(database, cast.ivo.id);
  const waiting = await afterPassword(cast.ivo.email);
  await em.fork().nativeUpdate(User, { id: cast.ivo.id }, { status: 'suspended' });
  const refused = async () => (await waiting.post('/sign-in/code', { code: codeAt(secret) })).location;
  expect(await refused()).toBe('/sign-in');
  expect((await waiting.get('/sign-in/code')).location).toBe('/sign-in');
  await em.fork().nativeUpdate(User, { id: cast.ivo.id }, { status: 'active' });
  const link = await createLink(em, { userId: cast.ivo.id, purpose: 'invitation', actor: 'system' });
  await web.stranger().post(`/invitation/${link}`, { password: 'seven quiet herons' });
  expect(await refused()).toBe('/sign-in');
  expect((await waiting.get('/me')).location).toContain('/sign-in');
  waiting.cookies.set('lastday-first-step', 'AAAA');
  expect(await refused()).toBe('/sign-in');
});

test('a reset link asks for the second factor, and a link of the command line does not', async ({ cast }) => {
  await giveApp(database, cast.ada.id);
  const reset = await createLink(em, { userId: cast.ada.id, purpose: 'invitation', actor: 'system' });
  const browser = web.stranger();
  const answer = await browser.post(`/invitation/${reset}`, { password: 'seven quiet herons' });
  expect(answer.location).toBe('/sign-in/code');
  expect((await browser.get('/me')).location).toContain('/sign-in');
  const link = await createLink(em, { userId: cast.ada.id, purpose: 'sign-in', actor: 'system' });
  expect((await browser.post(`/invitation/${link}`)).location).toBe('/');
  expect((await browser.get('/settings/workspace')).status).toBe(200);
});

test('someone with only a passkey is asked for it after the password', async ({ cast }) => {
  await givePasskey(database, cast.ivo.id);
  const browser = await afterPassword(cast.ivo.email);
  const { text } = await browser.get('/sign-in/code');
  expect(text).toContain('data-passkey="use"');
  expect(text).not.toContain('name="code"');
  expect((await browser.post('/sign-in/code', { code: '123456' })).status).toBe(422);
});

test('a passkey can be renamed and removed by its owner only', async ({ cast, ivo, nora }) => {
  await givePasskey(database, cast.ivo.id, 'Old <laptop>');
  const shown = await ivo.get(page);
  expect(shown.text).toContain('Old &lt;laptop&gt;');
  const [, id] = /passkeys\/(\d+)\/removal/.exec(shown.text)!;
  expect((await nora.post(`${page}/passkeys/${id}`, { name: 'Mine' })).status).toBe(404);
  await nora.post(`${page}/passkeys/${id}/removal`);
  expect((await ivo.post(`${page}/passkeys/${id}`, { name: '' })).status).toBe(422);
  await ivo.post(`${page}/passkeys/${id}`, { name: 'New phone' });
  expect((await ivo.get(page)).text).toContain('New phone');
  await ivo.post(`${page}/passkeys/${id}/removal`);
  expect((await ivo.get('/notifications')).text).toContain('A passkey was removed from your account.');
  expect((await ivo.get(page)).text).not.toContain(`passkeys/${id}/removal`);
});

test('an answer that is none of ours is refused with one sentence', async ({ cast, ivo }) => {
  await givePasskey(database, cast.ivo.id);
  const stranger = web.stranger();
  const begun = await stranger.post('/sign-in/passkey/options');
  expect(JSON.parse(begun.text)).toMatchObject({ rpId: 'localhost', userVerification: 'required' });
  for (const credential of [
    '',
    '{',
    '{"id":1}',
    JSON.stringify(answerOf('x')),
    JSON.stringify(answerOf('AAAA')),
  ]) {
    const { status, text } = await stranger.post('/sign-in/passkey', { credential });
    expect([status, text.match(/That passkey didn&#39;t work/g)?.length]).toEqual([422, 1]);
  }
  const more = [];
  for (let times = 0; times < 3; times++) more.push((await stranger.post('/sign-in/passkey')).status);
  expect(more).toEqual([422, 422, 429]);
  const none = await ivo.post(`${page}/passkeys`, { name: 'Phone' });
  expect([none.status, none.text]).toEqual([422, expect.stringContaining('Passkeys need JavaScript.')]);
  expect((await ivo.post(`${page}/passkeys`, { name: 'Phone', credential: '{}' })).status).toBe(422);
});

/** An answer to no challenge. */
const answerOf = (id: string) => ({
  id,
  rawId: id,
  type: 'public-key',
  response: { clientDataJSON: 'e30', authenticatorData: 'AAAA', signature: 'AAAA', userHandle: 'AAAA' },
});

const require = (ada: Browserlike, secondFactor: string) =>
  ada.post('/settings/workspace/second-factor', { secondFactor });

test('a required second factor is set up first, by people with a role', async ({ cast, ada, ivo }) => {
  await giveApp(database, cast.ada.id);
  expect((await require(ada, 'sometimes')).status).toBe(422);
  expect((await require(ada, 'required')).status).toBe(303);
  expect((await em.fork().find(AuditEntry, { action: 'workspace.updated' })).at(-1)!.details).toEqual({
    secondFactor: 'required',
  });
  expect((await ada.get('/settings/tokens')).status).toBe(200);

  for (const path of ['/', '/me', '/offboarding', '/users', '/notifications', '/live'])
    expect((await ivo.get(path)).location, path).toBe(page);
  const refused = await ivo.post('/me/mail');
  expect(refused.location).toBe(page);
  const led = await ivo.get(page);
  expect(led.text).toContain('Nothing was changed. Set up a second factor first.');
  expect(led.text).toContain('action="/session/end"');
  const link = await createLink(em, { userId: cast.ivo.id, purpose: 'sign-in', actor: 'system' });
  const byLink = web.stranger();
  await byLink.post(`/invitation/${link}`);
  expect((await byLink.get('/offboarding')).location).toBe(page);

  const secret = secretOn((await byLink.get(`${page}/app`)).text);
  await byLink.post(`${page}/app`, { code: codeAt(secret) });
  expect((await byLink.get('/offboarding')).status).toBe(200);
  const employee = await web.signIn(cast.emil.email);
  expect((await employee.get('/me')).status).toBe(200);
  await require(ada, 'optional');
});

test('a super-admin removes the second factors of someone who lost their phone', async ({ cast, ada }) => {
  const { secret } = await giveApp(database, cast.ivo.id);
  await givePasskey(database, cast.ivo.id);
  const ivo = await afterPassword(cast.ivo.email);
  await ivo.post('/sign-in/code', { code: codeAt(secret) });
  const address = `/users/${cast.ivo.id}/second-factor/removal`;
  const person = await ada.get(`/users/${cast.ivo.id}`);
  expect(person.text).toContain(`action="${address}"`);
  const asked = await ada.post(address, { ask: 'yes' });
  expect(asked.text).toContain(`Remove ${cast.ivo.name}&#39;s second factors?`);
  expect((await ivo.get('/me')).status).toBe(200);

  await ada.post(address);
  expect((await ivo.get('/me')).location).toContain('/sign-in');
  expect(await actionsAbout(cast.ivo.id)).toContain('user.second_factors_removed');
  const back = await web.signIn(cast.ivo.email);
  expect((await back.get('/notifications')).text).toContain('A super admin removed your second factors');
  expect((await back.get('/me')).text).toContain('You have none.');
});

/** The text of the QR code in an SVG of paths, drawn at four pixels a module. */
function qrCodeIn(svg: string): string | undefined {
  const size = Number(/viewBox="0 0 (\d+)/.exec(svg)![1]);
  const scale = 4;
  const width = size * scale;
  const pixels = new Uint8ClampedArray(width * width * 4).fill(255);
  let [x, y] = [0, 0];
  const strokes = /stroke="#000000" d="([^"]+)"/.exec(svg)![1]!;
  for (const [, command, numbers] of strokes.matchAll(/([Mmh])([^Mmh]*)/g)) {
    const [first, second = 0] = numbers!
      .trim()
      .split(/[\s,]+/)
      .map(Number) as [number, number?];
    if (command === 'M') [x, y] = [first, second];
    else if (command === 'm') [x, y] = [x + first, y + second];
    else {
      for (let px = x * scale; px < (x + first) * scale; px++)
        for (let py = Math.floor(y) * scale; py < Math.floor(y + 1) * scale; py++)
          pixels.fill(0, (py * width + px) * 4, (py * width + px) * 4 + 3);
      x += first;
    }
  }
  return jsqr.default(pixels, width, width)?.data;
}
