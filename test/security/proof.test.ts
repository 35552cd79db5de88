import { describe, expect } from 'vitest';
import { sessionsOf } from '../../database/access/sessions.ts';
import { listTokens } from '../../database/access/tokens.ts';
import { AuditEntry, User, WebhookEndpoint } from '../../database/entities/index.ts';
import { userById } from '../../database/people/users.ts';
import { castPassword } from '../../testing/cast/cast.ts';
import { makeFormerEmployee } from '../../testing/cast/former-employees.ts';
import { consoleTests } from '../../testing/web/console.ts';
import { entriesOf } from '../../testing/web/form.ts';
import { ageProofs } from '../../testing/web/proof-age.ts';
import { provenRoutesOf, routesOf } from '../../testing/web/routes.ts';
import type { Browserlike } from '../../testing/web/web.ts';

const { database, em, web, test } = await consoleTests();
const countsForSeconds = 5 * 60;

/** What a proof protects: who may do what, who gets in, and what leaves Lastday. */
const isProtected = (route: string) =>
  /^POST \/settings\/(tokens|webhooks|directory)/.test(route) ||
  /^POST \/settings\/workspace\/(token-limit|erasure|second-factor)$/.test(route) ||
  /^POST \/users\/:userId\/(role|invitation|erasure|merge|account\/unlinking|second-factor\/removal)$/.test(
    route,
  ) ||
  /^POST \/me\/second-factor\/(.*\/removal|codes)$/.test(route) ||
  /^POST \/me\/sessions\//.test(route);

/** These send what an endpoint gets anyway, and change no setting. */
const sendsAgain = (route: string) => /^POST \/settings\/webhooks\/.*\/(test|replay|try)$/.test(route);

test('every form that changes access needs a proof, and no page does', () => {
  const expected = routesOf(web.app).filter((route) => isProtected(route) && !sendsAgain(route));
  expect(expected.length).toBeGreaterThanOrEqual(18);
  expect(provenRoutesOf(web.app).sort()).toEqual(expected.sort());
});

/** Sends a form with an old proof, expects the question, and returns the answer to it with a password. */
async function askedFor(browser: Browserlike, address: string, typed: [string, string][]) {
  const asked = await browser.post(address, typed, { Referer: `${web.address}/settings/tokens?page=1` });
  expect(asked.status).toBe(403);
  expect(asked.text).toContain('<h1>Confirm it&#39;s you</h1>');
  const kept = entriesOf(asked.text, address).filter(([name]) => name !== 'proof_password');
  expect(kept).toEqual(typed);
  const confirm = (password = castPassword) => browser.post(address, [...kept, ['proof_password', password]]);
  return { asked, confirm };
}

const token: [string, string][] = [
  ['name', 'Payroll "<b>" & co'],
  ['scopes', 'users:read'],
  ['scopes', 'offboardings:read'],
];
const startOf = async (userId: number) => {
  const [session] = await sessionsOf(em, userId, new Date(0));
  return session!.startedAt.getTime();
};
const entries = (userId: number, action: AuditEntry['action']) =>
  em.fork().find(AuditEntry, { userId, action }, { orderBy: { id: 1 } });

describe('five minutes after the sign-in', () => {
  test('a change asks for a proof, and not before', async ({ cast, ada }) => {
    await ageProofs(em, cast.ada.id, countsForSeconds - 10);
    expect((await ada.post('/settings/tokens', token)).status).toBe(303);
    await ageProofs(em, cast.ada.id, countsForSeconds + 1);
    expect((await ada.get('/settings/tokens/new')).status).toBe(200);
    const { asked } = await askedFor(ada, '/settings/webhooks', [['url', 'https://hooks.example/x']]);
    expect(asked.text).toContain('<a href="/settings/tokens?page=1">Cancel</a>');
  });

  test('the name and the scopes of a token are kept, and confirming creates it', async ({ cast, ada }) => {
    await ageProofs(em, cast.ada.id, countsForSeconds);
    const { confirm } = await askedFor(ada, '/settings/tokens', [
      ['name', `${cast.ada.id}`],
      ...token.slice(1),
    ]);
    const created = await confirm();
    expect([created.status, created.location]).toEqual([303, '/settings/tokens']);
    const tokens = await listTokens(em);
    expect(tokens.find(({ name }) => name === `${cast.ada.id}`)).toMatchObject({
      scopes: ['users:read', 'offboardings:read'],
    });
    // The proof counts as the sign-in did, so nothing is asked now.
    expect((await ada.post('/settings/tokens', { name: '' })).status).toBe(422);
  });

  test('the address of a webhook, a role and an erasure are kept', async ({ cast, ada }) => {
    const late = () => ageProofs(em, cast.ada.id, countsForSeconds);
    const url = `https://hooks.example/a?b=${cast.ada.id}&c="d"`;
    await late();
    const webhook = await askedFor(ada, '/settings/webhooks', [
      ['url', url],
      ['eventTypes', 'user.offboarded'],
    ]);
    expect((await webhook.confirm()).status).toBe(303);
    expect(await em.fork().count(WebhookEndpoint, { url: new URL(url).href })).toBe(1);

    await late();
    const role = await askedFor(ada, `/users/${cast.emil.id}/role`, [['role', 'it-admin']]);
    expect((await role.confirm()).status).toBe(303);
    expect(await userById(em, cast.emil.id)).toMatchObject({ role: 'it-admin' });

    await late();
    const former = await makeFormerEmployee(database);
    const erasure = await askedFor(ada, `/users/${former.id}/erasure`, []);
    expect((await userById(em, former.id)).name).toBe(former.name);
    expect((await erasure.confirm()).status).toBe(303);
    expect((await userById(em, former.id)).name).not.toBe(former.name);
  });

  test('errors of the form stand beside its fields', async ({ cast, ada }) => {
    await ageProofs(em, cast.ada.id, countsForSeconds);
    const { confirm } = await askedFor(ada, '/settings/tokens', [
      ['name', ''],
      ['scopes', 'users:read'],
    ]);
    const { status, text } = await confirm();
    expect([status, text]).toEqual([422, expect.stringContaining('id="name-error"')]);
    expect(text).not.toContain(castPassword);
  });

  test('someone without the permission is refused, whatever they prove', async ({ cast, nora }) => {
    await ageProofs(em, cast.nora.id, countsForSeconds);
    const { status, text } = await nora.post('/settings/tokens', { proof_password: castPassword });
    expect([status, text]).toEqual([403, expect.stringContaining('Your role doesn&#39;t allow this.')]);
    expect(await entries(cast.nora.id, 'user.proved_identity')).toEqual([]);
  });

  test('a form of another site is refused before its password is looked at', async ({ cast, ada }) => {
    await ageProofs(em, cast.ada.id, countsForSeconds);
    const typed = { role: 'it-admin', proof_password: castPassword };
    const { status } = await ada.post(`/users/${cast.emil.id}/role`, typed, {
      'Sec-Fetch-Site': 'cross-site',
    });
    expect(status).toBe(403);
    expect(await entries(cast.ada.id, 'user.proved_identity')).toEqual([]);
  });

  test('htmx is led to a whole page', async ({ cast, ada }) => {
    await ageProofs(em, cast.ada.id, countsForSeconds);
    const address = `/users/${cast.emil.id}/role`;
    const answer = await ada.postByHtmx(address, 'main', { role: 'it-admin' });
    const page = await ada.get(answer.headers.get('HX-Redirect')!);
    expect(entriesOf(page.text, address)).toEqual([
      ['role', 'it-admin'],
      ['proof_password', ''],
    ]);
  });
});

describe('a proof', () => {
  const sessionOf = (browser: Browserlike) => browser.cookies.get('lastday')!;
  const browserWith = (cookie: string) => {
    const browser = web.stranger();
    browser.cookies.set('lastday', cookie);
    return browser;
  };

  test('gives the session a new id, ends the old one and keeps its start', async ({ cast, ada }) => {
    const before = await startOf(cast.ada.id);
    const old = sessionOf(ada);
    await ageProofs(em, cast.ada.id, countsForSeconds);
    const { confirm } = await askedFor(ada, '/me/sessions/ending', []);
    expect(sessionOf(ada)).toBe(old);
    expect((await confirm()).status).toBe(303);
    expect(sessionOf(ada)).not.toBe(old);
    expect((await browserWith(old).get('/me')).location).toMatch('/sign-in');
    expect((await ada.get('/me')).status).toBe(200);
    expect(await startOf(cast.ada.id)).toBe(before);
    expect(await entries(cast.ada.id, 'user.proved_identity')).toMatchObject([
      { actor: `user:${cast.ada.id}`, details: { by: 'password' } },
    ]);
  });

  test('that is wrong changes nothing, is recorded, and counts as an attempt to sign in', async ({
    cast,
    ada,
  }) => {
    await ageProofs(em, cast.ada.id, countsForSeconds);
    const address = `/users/${cast.emil.id}/role`;
    const { confirm } = await askedFor(ada, address, [['role', 'it-admin']]);
    const old = sessionOf(ada);
    for (const password of ['', 'a wrong guess', 'x'.repeat(1001)]) {
      const { status, text } = await confirm(password);
      expect([status, text]).toEqual([403, expect.stringContaining('id="proof_password-error"')]);
      expect(entriesOf(text, address)).toContainEqual(['role', 'it-admin']);
    }
    for (let guess = 0; guess < 4; guess++)
      await web.stranger().post('/session', { email: cast.ada.email, password: 'no' });
    const late = await confirm();
    expect([late.status, late.headers.has('Retry-After')]).toEqual([429, true]);
    expect(sessionOf(ada)).toBe(old);
    expect(await userById(em, cast.emil.id)).toMatchObject({ role: 'employee' });
    expect(await entries(cast.ada.id, 'user.proof_failed')).toHaveLength(1);
    expect(await entries(cast.ada.id, 'user.proved_identity')).toEqual([]);
  });

  test('that is sent twice at once acts once', async ({ cast, ada }) => {
    await ageProofs(em, cast.ada.id, countsForSeconds);
    const address = `/users/${cast.emil.id}/invitation`;
    const typed = { proof_password: castPassword };
    const twins = [0, 1, 2].map(() => browserWith(sessionOf(ada)).post(address, typed));
    const places = (await Promise.all(twins)).map(({ location }) => location).sort();
    const signIn = `/sign-in?return=${encodeURIComponent('/')}`;
    expect(places).toEqual([signIn, signIn, `/users/${cast.emil.id}`]);
    expect(await entries(cast.emil.id, 'user.invited')).toHaveLength(1);
  });

  test('does not bring back the session that its own change ends', async ({ cast, ada }) => {
    await em.fork().nativeUpdate(User, { id: cast.nora.id }, { role: 'super-admin' });
    await ageProofs(em, cast.ada.id, countsForSeconds);
    const { confirm } = await askedFor(ada, `/users/${cast.ada.id}/role`, [['role', 'it-admin']]);
    expect((await confirm()).status).toBe(303);
    expect((await ada.get('/me')).location).toMatch('/sign-in');
  });
});
