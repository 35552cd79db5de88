import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { beforeEach, expect } from 'vitest';
import { listRefusals } from '../../../../database/access/sign-in-refusals.ts';
import { Session } from '../../../../database/entities/index.ts';
import { startLyingProvider } from '../../../../testing/outside/lying-provider.ts';
import { consoleTests } from '../../../../testing/web/console.ts';
import { followToEnd } from '../../../../testing/web/provider-sign-in.ts';

const { lies, tools, variables } = await startLyingProvider();
const { em, web, test } = await consoleTests({
  ...variables,
  OIDC_ROLE_CLAIM: 'groups',
  OIDC_ROLE_MAP: JSON.stringify({ it: 'it-admin' }),
});
const honest = { idToken: tools.sign, userinfo: {}, hangsAt: [] };
beforeEach(() => void Object.assign(lies, honest));

/** Signs in, expects the refusal that all have in common, and returns its cause. */
async function causeOfRefusal(path?: string): Promise<string> {
  const began = Date.now();
  const browser = web.stranger();
  const { answer } = await followToEnd(browser, path ?? '/sign-in/oidc');
  expect(answer.status).toBe(403);
  expect(Date.now() - began).toBeLessThan(7_000);
  expect((await browser.get('/me')).location).toMatch('/sign-in');
  expect(await em.fork().count(Session)).toBe(0);
  const { rows } = await listRefusals(em, 1);
  return rows[0]!.cause;
}

const claimsWith = (changes: JWTPayload) => (claims: JWTPayload) => tools.sign({ ...claims, ...changes });
const secondsAgo = (seconds: number) => Math.floor(Date.now() / 1_000) - seconds;

test.for<[string, (claims: JWTPayload) => Promise<string>]>([
  ['another audience', claimsWith({ aud: 'another' })],
  ['two audiences without an authorized party', claimsWith({ aud: ['lastday', 'another'] })],
  ['another issuer', claimsWith({ iss: 'https://elsewhere.example' })],
  ['no signature', async (claims) => new UnsecuredJWT(claims).encode()],
  [
    'HS256 with the public key',
    (claims) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256', kid: 'published' })
        .sign(new TextEncoder().encode(tools.publicKey)),
  ],
  ['an old nonce', claimsWith({ nonce: 'of another sign-in' })],
  ['an end one second ago', claimsWith({ exp: secondsAgo(1) })],
  ['a signature by an unknown key', (claims) => tools.sign(claims, 'unknown')],
])('an ID token with %s is refused', async ([, idToken]) => {
  lies.idToken = idToken;
  expect(await causeOfRefusal()).toBe('invalid-answer');
});

test('the userinfo of another subject is refused', async () => {
  lies.userinfo = { sub: 'someone-else' };
  expect(await causeOfRefusal()).toBe('invalid-answer');
});

test('a missing role claim, an overage and unknown groups are refused', async () => {
  expect(await causeOfRefusal()).toBe('no-role-claim');
  lies.idToken = claimsWith({
    _claim_names: { groups: 'src1' },
    _claim_sources: { src1: { endpoint: 'x' } },
  });
  expect(await causeOfRefusal()).toBe('too-many-groups');
  lies.idToken = claimsWith({ groups: Array.from({ length: 300 }, (_, i) => `group-${i}`) });
  expect(await causeOfRefusal()).toBe('no-role');
});

test('a provider that hangs is given up after five seconds', async () => {
  lies.hangsAt = ['/token'];
  expect(await causeOfRefusal()).toBe('provider-silent');
});
