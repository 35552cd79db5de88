import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { type Environment, publicUrl } from '../../../config/environment.ts';
import { type IdentityProvider, identityProvider } from '../../../config/identity-provider.ts';
import { SignInRefused } from '../../../domain/access/sign-in-refusals.ts';
import type { ConnectionTest, Provider, ProviderIdentity, SignInChecks } from '../../http/provider.ts';
import { testConnection } from './connection.ts';

/** How long the provider may take for all that one sign-in needs, in milliseconds. */
const timeoutMs = 5_000;
/** How long the provider's own description is used before it is read again, in milliseconds. */
const descriptionUsedMs = 60 * 60_000;

/** The provider of the environment; null without one. */
export function providerOf(environment: Environment): Provider | null {
  const settings = identityProvider(environment);
  return settings && new OpenIdProvider(settings, `${publicUrl(environment)}/sign-in/oidc/callback`);
}

/**
 * The OpenID Connect provider. Its description is read when somebody needs it, so that a dead provider stops neither the
 * start nor the health probes.
 */
class OpenIdProvider implements Provider {
  readonly settings: IdentityProvider;
  readonly #callback: string;
  #description: Promise<client.Configuration> | null = null;
  #readAt = 0;
  /** The origin to which signing out leads; null until the description was read. */
  #endOrigin: string | null = null;

  constructor(settings: IdentityProvider, callback: string) {
    this.settings = settings;
    this.#callback = callback;
  }

  async begin(maxAge?: number): Promise<{ address: URL; checks: SignInChecks }> {
    const description = await inTime(this.#describe());
    const checks = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      codeVerifier: client.randomPKCECodeVerifier(),
    };
    const address = client.buildAuthorizationUrl(description, {
      redirect_uri: this.#callback,
      scope: 'openid profile email',
      state: checks.state,
      nonce: checks.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(checks.codeVerifier),
      code_challenge_method: 'S256',
      ...(maxAge !== undefined && { max_age: String(maxAge), prompt: 'login' }),
    });
    return { address, checks };
  }

  finish(search: string, checks: SignInChecks, maxAge?: number): Promise<ProviderIdentity> {
    return inTime(this.#finish(search, checks, maxAge));
  }

  async #finish(search: string, checks: SignInChecks, maxAge: number | undefined): Promise<ProviderIdentity> {
    const description = await this.#describe();
    const tokens = await client.authorizationCodeGrant(description, new URL(this.#callback + search), {
      pkceCodeVerifier: checks.codeVerifier,
      expectedState: checks.state,
      expectedNonce: checks.nonce,
      idTokenExpected: true,
      ...(maxAge !== undefined && { maxAge }),
    });
    const claims = tokens.claims()!;
    // The library tolerates clocks that differ by half a minute.
    if (claims.exp * 1_000 <= Date.now()) throw new SignInRefused('invalid-answer', null, 'exp');
    const { userinfo_endpoint } = description.serverMetadata();
    const info = userinfo_endpoint
      ? await client.fetchUserInfo(description, tokens.access_token, claims.sub)
      : {};
    return {
      issuer: claims.iss,
      subject: claims.sub,
      claims: { ...info, ...claims },
      idToken: tokens.id_token!,
    };
  }

  async endAddress(idToken: string, returnTo: string): Promise<URL | null> {
    try {
      const description = await inTime(this.#describe());
      if (!description.serverMetadata().end_session_endpoint) return null;
      return client.buildEndSessionUrl(description, {
        id_token_hint: idToken,
        post_logout_redirect_uri: returnTo,
      });
    } catch {
      return null;
    }
  }

  verifyLogoutToken(token: string): Promise<JWTPayload> {
    return inTime(this.#verifyLogoutToken(token));
  }

  async #verifyLogoutToken(token: string): Promise<JWTPayload> {
    const { issuer, jwks_uri, id_token_signing_alg_values_supported } = (
      await this.#describe()
    ).serverMetadata();
    const keys = createRemoteJWKSet(new URL(jwks_uri!), { timeoutDuration: timeoutMs });
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience: this.settings.clientId,
      algorithms: asymmetric(id_token_signing_alg_values_supported),
      requiredClaims: ['iat', 'jti', 'events'],
      maxTokenAge: '5 minutes',
      clockTolerance: 30,
    });
    const events = payload.events as Record<string, unknown> | null;
    const isLogout = typeof events === 'object' && events !== null && Object.hasOwn(events, logoutEvent);
    if (!isLogout || payload.nonce !== undefined || (payload.sid === undefined && payload.sub === undefined))
      throw new Error('This is not a logout token.');
    return payload;
  }

  test(): Promise<ConnectionTest> {
    // The next sign-in reads the description anew too.
    this.#description = null;
    return testConnection(this.settings.issuer, timeoutMs);
  }

  get endOrigin(): string {
    return this.#endOrigin ?? new URL(this.settings.issuer).origin;
  }

  #describe(): Promise<client.Configuration> {
    if (this.#description !== null && Date.now() - this.#readAt < descriptionUsedMs) return this.#description;
    this.#readAt = Date.now();
    const reading = this.#read();
    this.#description = reading;
    // A failure is not kept, so the next sign-in asks again.
    reading.catch(() => {
      if (this.#description === reading) this.#description = null;
    });
    return reading;
  }

  async #read(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret } = this.settings;
    const description = await client.discovery(new URL(issuer), clientId, {}, authentication(clientSecret), {
      timeout: timeoutMs / 1_000,
      execute: [
        // The signature is checked too, and not only the connection that the token came through.
        client.enableNonRepudiationChecks,
        ...(issuer.startsWith('http:') ? [client.allowInsecureRequests] : []),
      ],
    });
    const { end_session_endpoint } = description.serverMetadata();
    if (end_session_endpoint) this.#endOrigin = new URL(end_session_endpoint).origin;
    return description;
  }
}

/** Basic authentication is what a provider accepts that names no method (OpenID Connect Discovery 1.0, 3). */
function authentication(secret: string): client.ClientAuth {
  const [basic, post] = [client.ClientSecretBasic(secret), client.ClientSecretPost(secret)];
  return (server, ...rest) => {
    const { token_endpoint_auth_methods_supported: methods = ['client_secret_basic'] } = server;
    return methods.includes('client_secret_basic') ? basic(server, ...rest) : post(server, ...rest);
  };
}

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

const asymmetric = (supported: readonly string[] | undefined): string[] =>
  (supported ?? ['RS256']).filter((algorithm) => /^(RS|PS|ES|Ed)/.test(algorithm));

/** Throws SignInRefused when the provider is slow, and for every error of its answer. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SignInRefused('provider-silent')), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    throw error instanceof SignInRefused ? error : refusalOf(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Keeps the error's code or the claim that is wrong, because messages can hold parts of a token. */
function refusalOf(error: unknown): SignInRefused {
  if (error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError)
    return new SignInRefused('provider-refused', null, error.error);
  const { code, cause, name } = error as Error & {
    code?: string;
    cause?: { code?: string; cause?: unknown };
  };
  if (code === 'OAUTH_TIMEOUT' || name === 'TimeoutError')
    return new SignInRefused('provider-silent', null, code ?? null);
  if (error instanceof TypeError) return new SignInRefused('provider-silent', null, cause?.code ?? null);
  return new SignInRefused('invalid-answer', null, wrongClaim(cause?.cause) ?? code ?? name);
}

const wrongClaim = (cause: unknown): string | null => {
  const { claim } = (cause ?? {}) as { claim?: unknown };
  return typeof claim === 'string' ? claim : null;
};
