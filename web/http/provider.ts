import type { IdentityProvider } from '../../config/identity-provider.ts';
import type { Claims } from '../../domain/access/provider-claims.ts';
import type { ConnectionProblem } from '../../domain/access/provider-problems.ts';

/** The secrets of one sign-in, which the browser keeps in a sealed cookie until it comes back. */
export interface SignInChecks {
  state: string;
  nonce: string;
  codeVerifier: string;
}

/** A person as the provider describes them in a valid answer. */
export interface ProviderIdentity {
  issuer: string;
  subject: string;
  claims: Claims;
  /** The ID token, which the provider wants back at the end. */
  idToken: string;
}

/** The first thing that is wrong with the connection to the provider; null when nothing is. */
export interface ConnectionTest {
  problem: ConnectionProblem | null;
  /** An error code, a status or the other value. */
  detail: string | null;
}

/** The identity provider that people sign in with. Everything throws SignInRefused, also after 5 seconds without an answer. */
export interface Provider {
  readonly settings: IdentityProvider;
  /** The origin that a page's form may lead to when it signs out. */
  readonly endOrigin: string;
  /** Where a browser signs in, and what to check when it comes back. `maxAge`: how old its sign-in may be, in seconds. */
  begin(maxAge?: number): Promise<{ address: URL; checks: SignInChecks }>;
  /** Checks the answer that a browser brought, and returns the person. `search` is the query string of the callback. */
  finish(search: string, checks: SignInChecks, maxAge?: number): Promise<ProviderIdentity>;
  /** Where a browser signs out at the provider; null when it has no such address or is silent. */
  endAddress(idToken: string, returnTo: string): Promise<URL | null>;
  /** The claims of a logout token (OpenID Connect Back-Channel Logout 1.0, 2.6). */
  verifyLogoutToken(token: string): Promise<LogoutClaims>;
  /** Asks the provider for its description and its keys now. Throws nothing. */
  test(): Promise<ConnectionTest>;
}

/** What a valid logout token says: which session ended, or all of a subject. */
interface LogoutClaims {
  iss?: string;
  sub?: string;
  [claim: string]: unknown;
}
