import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import Provider, { type Configuration } from 'oidc-provider';
import { afterAll } from 'vitest';

/** The claims of the account that signs in next. `sub` is its id. */
export type AccountClaims = { sub: string } & Record<string, unknown>;

/** A real OpenID Connect provider for the tests of a file. */
export interface TestProvider {
  issuer: string;
  /** The variables of a Lastday that signs in with it. */
  variables: Record<string, string>;
  /** Who signs in when a browser comes. */
  account: AccountClaims;
  stop(): Promise<void>;
}

const hour = 3_600;
const client = { id: 'lastday', secret: 'a secret between the two of them' };
const claimsOfAccounts = [
  'email',
  'email_verified',
  'xms_edov',
  'name',
  'groups',
  'oid',
  '_claim_names',
  'realm_access',
];

/**
 * Starts a provider on this machine for a Lastday at `lastday`. It asks nothing: each browser signs in as `account`. It
 * stops after the last test.
 */
export async function startIdentityProvider(lastday: string): Promise<TestProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const accounts = new Map<string, AccountClaims>();
  const test: TestProvider = {
    issuer,
    variables: { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: client.id, OIDC_CLIENT_SECRET: client.secret },
    account: { sub: 'nobody' },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const provider = new Provider(issuer, configuration(lastday, accounts, await signingKey()));
  const answer = provider.callback();
  server.on('request', async (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return answer(request, response);
    accounts.set(test.account.sub, structuredClone(test.account));
    const { prompt } = await provider.interactionDetails(request, response);
    const result = prompt.name === 'login' ? { login: { accountId: test.account.sub } } : { consent: {} };
    return provider.interactionFinished(request, response, result);
  });
  afterAll(() => test.stop());
  return test;
}

const configuration = (lastday: string, accounts: Map<string, AccountClaims>, key: JWK): Configuration => ({
  clients: [
    {
      client_id: client.id,
      client_secret: client.secret,
      redirect_uris: [`${lastday}/sign-in/oidc/callback`],
      post_logout_redirect_uris: [`${lastday}/sign-in/oidc/logout`],
      backchannel_logout_uri: `${lastday}/sign-in/oidc/backchannel`,
      backchannel_logout_session_required: true,
    },
  ],
  cookies: { keys: [randomUUID()] },
  jwks: { keys: [key] },
  ttl: { AccessToken: hour, Grant: hour, IdToken: hour, Interaction: hour, Session: hour },
  claims: { openid: ['sub', 'sid', 'auth_time', ...claimsOfAccounts], email: [], profile: [] },
  // Providers in the field put all claims into the ID token.
  conformIdTokenClaims: false,
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  // The provider's own way refuses addresses of this machine, and so could not call the back channel.
  fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined } as RequestInit),
  interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
  findAccount: (_context, id) => {
    const claims = accounts.get(id);
    return claims && { accountId: id, claims: () => claims };
  },
  loadExistingGrant: async (context) => {
    const grant = new context.oidc.provider.Grant({
      clientId: context.oidc.client!.clientId,
      accountId: context.oidc.session!.accountId!,
    });
    grant.addOIDCScope('openid profile email');
    await grant.save();
    return grant;
  },
});

async function signingKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: randomUUID() };
}
