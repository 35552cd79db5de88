import { beforeEach, describe, expect } from 'vitest';
import { createLink } from '../../../../database/access/one-time-links.ts';
import { recordRefusal } from '../../../../database/access/sign-in-refusals.ts';
import { AuditEntry, ProviderAccount, Session, SignInRefusal } from '../../../../database/entities/index.ts';
import { SignInRefused } from '../../../../domain/access/sign-in-refusals.ts';
import { startLyingProvider } from '../../../../testing/outside/lying-provider.ts';
import { consoleTests } from '../../../../testing/web/console.ts';
import { messagesOn, unescaped } from '../../../../testing/web/page-messages.ts';
import { followToEnd } from '../../../../testing/web/provider-sign-in.ts';
import type { Browserlike } from '../../../../testing/web/web.ts';

const { issuer, lies, tools, variables } = await startLyingProvider();
const { em, web, test } = await consoleTests({
  ...variables,
  OIDC_ROLE_CLAIM: 'groups',
  OIDC_ROLE_MAP: JSON.stringify({ it: 'it-admin', heads: 'admin' }),
});
const honest = { idToken: tools.sign, userinfo: {}, describedIssuer: null, publishesKey: true, hangsAt: [] };
beforeEach(() => void Object.assign(lies, honest));

const settings = '/settings/sign-in';
/** The words of a page, without tags and exact times. */
const wordsOf = (html: string) =>
  unescaped(
    html
      .replaceAll(/<span class="exact-time"[\s\S]*?<\/span>/g, '')
      .replaceAll(/<svg[\s\S]*?<\/svg>|<[^>]+>/g, ' ')
      .replaceAll(/\s+/g, ' '),
  );
const read = async (browser: Browserlike, path: string) => wordsOf((await browser.get(path)).text);

const link = async (userId: number, subject: string, at = issuer) => {
  const fork = em.fork();
  fork.create(ProviderAccount, { issuer: at, subject, userId, linkedBy: 'invitation' });
  await fork.flush();
};
const signInAs = async (sub: string, claims: Record<string, unknown> = {}) => {
  lies.idToken = (honestClaims) => tools.sign({ ...honestClaims, sub, groups: ['it'], ...claims });
  lies.userinfo = { sub };
  const browser = web.stranger();
  return { browser, answer: (await followToEnd(browser, '/sign-in/oidc')).answer };
};

describe('the settings', () => {
  test('show the provider, the addresses to register and the roles', async ({ ada }) => {
    const words = await read(ada, settings);
    for (const shown of [
      `Issuer ${issuer} Client ID lastday`,
      'Redirect address http://127.0.0.1:3000/sign-in/oidc/callback',
      'Back-channel logout address http://127.0.0.1:3000/sign-in/oidc/backchannel',
      'the claim groups decides',
      'it IT admin heads Admin No group matches Sign-in refused',
      'SIGN_IN=both',
    ])
      expect(words).toContain(shown);
    expect(words).not.toContain(variables.OIDC_CLIENT_SECRET);
  });

  test('show the last answer, of a test or of a sign-in', async ({ ada, cast }) => {
    const tested = await ada.post(`${settings}/connection-test`);
    expect(tested.location).toBe(settings);
    const page = (await ada.get(settings)).text;
    expect(messagesOn(page)).toMatch(/^success: The provider can be reached/);
    expect(wordsOf(page)).toMatch(/last response OK/);
    await link(cast.emil.id, 'settings-emil');
    const { answer } = await signInAs('settings-emil', { aud: 'another' });
    expect(answer.status).toBe(403);
    expect(await read(ada, settings)).toMatch(/Failed .* The ID token is for another application/);
    await signInAs('settings-emil');
    expect(await read(ada, settings)).toMatch(/last response OK/);
  });

  test('say what is wrong with the connection', async ({ ada }) => {
    lies.publishesKey = false;
    await ada.post(`${settings}/connection-test`);
    const page = (await ada.get(settings)).text;
    expect(messagesOn(page)).toBe('danger: The provider publishes no signing keys.');
    expect(wordsOf(page)).toMatch(/Failed .* publishes no signing keys/);

    lies.describedIssuer = 'https://elsewhere.example';
    await ada.post(`${settings}/connection-test`);
    expect(await read(ada, settings)).toMatch(/The description is of another issuer.*elsewhere\.example/);
    expect((await web.stranger().get('/sign-in/oidc')).status).toBe(403);
    expect((await ada.get(`${settings}/test`)).location).toBe(settings);
    expect(messagesOn((await ada.get(settings)).text)).toMatch(/^danger: /);
  });
});

describe('a tested sign-in', () => {
  /** Tests Ada's own sign-in with these claims, and returns the words of the result. */
  const tested = async (ada: Browserlike, claims: Record<string, unknown>) => {
    lies.idToken = (honestClaims) => tools.sign({ ...honestClaims, ...claims });
    const { answer } = await followToEnd(ada, `${settings}/test`);
    expect(answer.status).toBe(200);
    return wordsOf(answer.text);
  };

  test('shows the person, how they were found, the claims, the groups and the role', async ({
    ada,
    cast,
  }) => {
    const { emil } = cast;
    const words = await tested(ada, {
      email: emil.email,
      email_verified: true,
      groups: ['it', 'x'],
      phone: '1',
    });
    expect(words).toContain('This sign-in would work');
    expect(words).toContain(`Person ${emil.name} by the email that the provider verified`);
    expect(words).toContain(
      'Claims aud, email, email_verified, exp, groups, iat, iss, nonce, phone, sub Groups it, x',
    );
    expect(words).toContain('Role IT admin');
    expect(await em.fork().count(ProviderAccount, { userId: emil.id })).toBe(0);
    expect(await em.fork().count(AuditEntry, { userId: emil.id })).toBe(0);
    expect((await ada.get(settings)).status).toBe(200);
  });

  test('says what would be refused, and why', async ({ ada, cast }) => {
    const { ada: me } = cast;
    const mine = { email: me.email, email_verified: true };
    const before = await em.fork().count(SignInRefusal);
    for (const [claims, why] of [
      [{ ...mine, aud: 'another' }, 'The ID token is for another application (audience).'],
      [mine, "The role claim is missing from the provider's response."],
      [{ ...mine, _claim_names: { groups: 'src1' } }, 'This person has too many groups'],
      [{ ...mine, groups: ['x'] }, "None of this person's groups gives them a role."],
      [{ ...mine, groups: ['it'] }, 'People with a role are never linked by email.'],
      [{ groups: ['it'] }, 'No one here matches this account.'],
    ] as const)
      expect(await tested(ada, claims)).toContain(`This sign-in would be refused ${why}`);
    expect(await em.fork().count(SignInRefusal)).toBe(before);
  });

  test('belongs to the super-admin who began it, and signs no one in', async ({ ada, nora }) => {
    const { callback } = await followToEnd(ada, `${settings}/test`, { stopBefore: true });
    const cookie = [...ada.cookies].find(([name]) => name === 'lastday-sign-in')!;
    for (const other of [nora, web.stranger()]) {
      other.cookies.set(...cookie);
      expect((await other.get(callback)).status).toBe(403);
    }
    const stranger = web.stranger();
    stranger.cookies.set(...cookie);
    await stranger.get(callback);
    expect((await stranger.get('/me')).location).toMatch('/sign-in');
  });
});

test('refused sign-ins are listed with cause and person, and found by their reference', async ({
  ada,
  cast,
}) => {
  const first = await recordRefusal(em, new SignInRefused('no-access', cast.lena.id));
  const second = await recordRefusal(em, new SignInRefused('provider-refused', null, 'invalid_client'));
  const all = await read(ada, `${settings}/refusals`);
  expect(all).toMatch(new RegExp(`${second}.*${first}`));
  expect(all).toContain("The provider doesn't accept OIDC_CLIENT_ID and OIDC_CLIENT_SECRET.");
  const typed = ` ${first.slice(0, 4).toLowerCase()}-${first.slice(4)}`;
  const found = await read(ada, `${settings}/refusals?reference=${encodeURIComponent(typed)}`);
  expect(found).toContain(`${first} `);
  expect(found).toMatch(/suspended, offboarded, or inactive in the directory\. Lena Brandt .*1 refusal/);
  expect(found).not.toContain(second);
  expect(await read(ada, `${settings}/refusals?reference=NOTHING1`)).toContain('No matching refusal');
});

test('everyone with a role is listed with how they sign in, sorted as asked', async ({ ada, cast }) => {
  await link(cast.ivo.id, 'listed-ivo');
  await createLink(em, { userId: cast.nora.id, purpose: 'invitation', actor: 'system' });
  const list = await read(ada, `${settings}/people?sort=-last-sign-in`);
  expect(list).toMatch(/Ivo Marin IT admin set linked by an invitation .* Nora Keller/);
  expect(list).toMatch(/Nora Keller Admin set — — open until/);
  expect(list).not.toContain(cast.mira.name);
  const names = (await read(ada, `${settings}/people`)).match(/(Ada|Ivo|Nora) \w+ (Super|IT|Admin)/g)!;
  expect(names).toEqual([...names].sort());
  const byRole = (await read(ada, `${settings}/people?sort=-role`)).match(/Super admin set|IT admin set/g)!;
  expect(byRole).toEqual([...byRole].sort().reverse());
});

describe("a person's account", () => {
  test('is on their page, and a super-admin unlinks it after a question', async ({ ada, nora, cast }) => {
    const { emil } = cast;
    await link(emil.id, 'unlinked-emil');
    const { browser } = await signInAs('unlinked-emil');
    expect((await browser.get('/me')).status).toBe(200);
    const action = `/users/${emil.id}/account/unlinking`;
    expect(await read(ada, `/users/${emil.id}`)).toContain(
      `Account at ${issuer} , linked by an invitation on`,
    );
    const account = { issuer, subject: 'unlinked-emil' };
    expect((await nora.post(action, account)).status).toBe(403);
    expect((await ada.post(action, { ...account, ask: 'yes' })).text).toContain('signed out everywhere');
    expect((await browser.get('/me')).status).toBe(200);
    expect((await ada.post(action, account)).location).toBe(`/users/${emil.id}`);
    expect((await browser.get('/me')).location).toMatch('/sign-in');
    expect(await em.fork().count(Session, { sess: { userId: emil.id } })).toBe(0);
    expect(await read(ada, `/audit?user=${emil.id}`)).toContain(
      "unlinked Emil Novák's account at the identity provider",
    );
    expect((await ada.post(action, account)).status).toBe(409);
    expect((await signInAs('unlinked-emil')).answer.status).toBe(403);
  });

  test('of someone else cannot be unlinked here', async ({ ada, cast }) => {
    await link(cast.rosa.id, 'rosa-stays');
    const account = { issuer, subject: 'rosa-stays' };
    expect((await ada.post(`/users/${cast.timo.id}/account/unlinking`, account)).status).toBe(409);
    expect(await em.fork().count(ProviderAccount, { userId: cast.rosa.id })).toBe(1);
  });
});
