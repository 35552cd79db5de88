import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll } from 'vitest';

/** What the provider answers. Tests change it. */
interface Lies {
  /** Makes the ID token of the right claims. */
  idToken: (claims: JWTPayload) => Promise<string>;
  userinfo: Record<string, unknown>;
  /** The issuer that its description names; null for its own. */
  describedIssuer: string | null;
  /** Whether it publishes its key. */
  publishesKey: boolean;
  /** The paths to which it never answers. */
  hangsAt: string[];
}

/** The keys of the lying provider, for signing what a real one would never sign. */
interface SigningTools {
  /** Signs like an honest provider, or with a key that it has not published. */
  sign: (claims: JWTPayload, key?: 'published' | 'unknown') => Promise<string>;
  /** The public key as text, which attackers use as a secret. */
  publicKey: string;
}

/**
 * Starts a provider that answers what tests want: wrong tokens, silence, other people. Its address to sign in leads
 * straight back. It stops after the last test.
 */
export async function startLyingProvider() {
  const pairs = { published: await generateKeyPair('RS256'), unknown: await generateKeyPair('RS256') };
  const nonces = new Map<string, string>();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sign: SigningTools['sign'] = (claims, key = 'published') =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: key }).sign(pairs[key].privateKey);
  const lies: Lies = { idToken: sign, userinfo: {}, describedIssuer: null, publishesKey: true, hangsAt: [] };

  const published = {
    ...(await exportJWK(pairs.published.publicKey)),
    kid: 'published',
    use: 'sig',
    alg: 'RS256',
  };
  server.on('request', async (request, response) => {
    const { pathname, searchParams } = new URL(request.url!, issuer);
    if (lies.hangsAt.includes(pathname)) return;
    const json = (body: unknown) =>
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(body));
    switch (pathname) {
      case '/.well-known/openid-configuration':
        return json({ ...description(issuer), issuer: lies.describedIssuer ?? issuer });
      case '/keys':
        return json({ keys: lies.publishesKey ? [published] : [] });
      case '/authorize': {
        const code = randomUUID();
        nonces.set(code, searchParams.get('nonce')!);
        const back = new URL(searchParams.get('redirect_uri')!);
        back.search = String(new URLSearchParams({ code, state: searchParams.get('state')!, iss: issuer }));
        return response.writeHead(303, { Location: back.href }).end();
      }
      case '/token': {
        const code = new URLSearchParams(await bodyOf(request)).get('code')!;
        const nonce = nonces.get(code);
        nonces.delete(code);
        if (nonce === undefined) {
          response.statusCode = 400;
          return json({ error: 'invalid_grant' });
        }
        const now = Math.floor(Date.now() / 1_000);
        const claims = { iss: issuer, sub: 'someone', aud: 'lastday', iat: now, exp: now + 60, nonce };
        return json({ access_token: 'access', token_type: 'Bearer', id_token: await lies.idToken(claims) });
      }
      case '/userinfo':
        return json({ sub: 'someone', ...lies.userinfo });
      default:
        return response.writeHead(404).end();
    }
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  const tools: SigningTools = { sign, publicKey: await exportSPKI(pairs.published.publicKey) };
  const variables = { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: 'lastday', OIDC_CLIENT_SECRET: 'a secret' };
  return { issuer, lies, tools, variables };
}

const description = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  userinfo_endpoint: `${issuer}/userinfo`,
  jwks_uri: `${issuer}/keys`,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}
