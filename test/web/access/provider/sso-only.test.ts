import type { JWTPayload } from 'jose';
import { expect } from 'vitest';
import { createLink } from '../../../../database/access/one-time-links.ts';
import { endProviderSessions } from '../../../../database/access/provider-sessions.ts';
import { castPassword } from '../../../../testing/cast/cast.ts';
import { startLyingProvider } from '../../../../testing/outside/lying-provider.ts';
import { consoleTests } from '../../../../testing/web/console.ts';
import { followToEnd } from '../../../../testing/web/provider-sign-in.ts';

const { issuer, lies, tools, variables } = await startLyingProvider();
const { em, web, test } = await consoleTests({ ...variables, SIGN_IN: 'sso' });

test('passwords are closed', async ({ cast }) => {
  const browser = web.stranger();
  const page = await browser.get('/sign-in');
  expect(page.text).toContain('href="/sign-in/oidc?return="');
  expect(page.text).not.toContain('name="password"');
  const { status, text } = await browser.post('/session', { email: cast.ivo.email, password: castPassword });
  expect([status, text]).toEqual([403, expect.stringContaining('Passwords are turned off here.')]);
});

test('a link for a super-admin gets in without the provider, and an invitation does not', async ({
  cast,
}) => {
  const link = await createLink(em, { userId: cast.ada.id, purpose: 'sign-in', actor: 'system' });
  const browser = web.stranger();
  expect((await browser.get(`/invitation/${link}`)).text).not.toContain('name="password"');
  expect((await browser.post(`/invitation/${link}`)).location).toBe('/');
  expect((await browser.get('/settings/tokens')).status).toBe(200);
  expect((await browser.get('/me')).text).not.toContain('action="/me/password"');
  const typed = { current: castPassword, password: 'nine other otters here' };
  expect((await browser.post('/me/password', typed)).status).toBe(403);

  const invitation = await createLink(em, { userId: cast.ivo.id, purpose: 'invitation', actor: 'system' });
  const invited = web.stranger();
  const page = await invited.get(`/invitation/${invitation}`);
  expect(page.text).toContain(`href="/sign-in/oidc?invitation=${invitation}"`);
  expect((await invited.post(`/invitation/${invitation}`, { password: castPassword })).status).toBe(404);
});

/** Signs in with the provider as Emil, under this id of the provider's session. */
async function signedInAsEmil(email: string, sid: string) {
  lies.idToken = (claims) => tools.sign({ ...claims, sub: 'emil', sid });
  lies.userinfo = { sub: 'emil', email, email_verified: true };
  const browser = web.stranger();
  const { answer } = await followToEnd(browser, '/sign-in/oidc');
  expect(answer.location).toBe('/');
  return browser;
}

const logoutToken = (changes: JWTPayload = {}) =>
  tools.sign({
    iss: issuer,
    aud: 'lastday',
    sub: 'emil',
    jti: crypto.randomUUID(),
    iat: Math.floor(Date.now() / 1_000),
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    ...changes,
  });

/** Calls the back channel as a provider does, which sends neither \`Origin\` nor cookies. */
const callBack = async (token: string) => {
  const body = new URLSearchParams({ logout_token: token });
  const response = await fetch(`${web.address}/sign-in/oidc/backchannel`, { method: 'POST', body });
  return response.status;
};

test('the provider ends one session, or all of an account', async ({ cast }) => {
  const { email } = cast.emil;
  const [first, second] = [await signedInAsEmil(email, 'one'), await signedInAsEmil(email, 'two')];
  expect(await callBack(await logoutToken({ sid: 'one' }))).toBe(200);
  expect((await first.get('/me')).status).toBe(303);
  expect((await second.get('/me')).status).toBe(200);
  expect(await callBack(await logoutToken())).toBe(200);
  expect((await second.get('/me')).status).toBe(303);
});

test('a wrong logout token ends nothing', async ({ cast }) => {
  const browser = await signedInAsEmil(cast.emil.email, 'three');
  for (const changes of [
    { nonce: 'a nonce' },
    { events: {} },
    { aud: 'another' },
    { iss: 'https://elsewhere.example' },
    { iat: Math.floor(Date.now() / 1_000) - 3_600 },
    { sub: undefined },
  ])
    expect(await callBack(await logoutToken(changes as JWTPayload))).toBe(400);
  expect(await callBack('nonsense')).toBe(400);
  expect(await callBack('')).toBe(400);
  await endProviderSessions(em, { issuer: 'https://elsewhere.example', subject: 'emil', sid: null });
  expect((await browser.get('/me')).status).toBe(200);
});
