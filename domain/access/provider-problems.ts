import { type RefusalCause, refusalCauses } from './sign-in-refusals.ts';

/** What can be wrong with a connection to the provider, as the settings say it. */
const connectionProblems = {
  dns: "The issuer's host name can't be found (DNS).",
  refused: "The issuer's host refuses the connection.",
  certificate: "The issuer's TLS certificate isn't valid, or its authority isn't trusted here.",
  timeout: "The issuer didn't respond within 5 seconds.",
  unreachable: "The issuer can't be reached.",
  status: 'The issuer sends an error instead of its description.',
  content: "What the issuer sends isn't an OpenID Connect description.",
  'other-issuer': 'The description is of another issuer. Set OIDC_ISSUER to exactly the name that it gives.',
  clock:
    'The clocks of the provider and of this server differ by more than a minute. Correct the time of this server.',
  keys: "The provider's signing keys can't be read.",
  'no-keys': 'The provider publishes no signing keys.',
} as const;
export type ConnectionProblem = keyof typeof connectionProblems;

/** What was wrong with an answer of the provider, in a test or at a sign-in. */
export type ProviderProblem =
  | ConnectionProblem
  | Extract<RefusalCause, 'provider-refused' | 'provider-silent' | 'invalid-answer'>;

/** The causes of refusals that say something of the provider, and not of the person. */
export const isProviderProblem = (cause: RefusalCause): cause is Extract<RefusalCause, ProviderProblem> =>
  cause === 'provider-refused' || cause === 'provider-silent' || cause === 'invalid-answer';

/** What exactly was wrong with the ID token, by the detail of an invalid answer. */
const tokenFaults: Record<string, string> = {
  aud: 'The ID token is for another application (audience). Compare OIDC_CLIENT_ID with the client at the provider.',
  azp: 'The ID token was issued to another application (authorized party).',
  iss: 'The ID token names another issuer than OIDC_ISSUER.',
  nonce: 'The ID token belongs to another sign-in (nonce).',
  exp: 'The ID token has expired. Check the clocks of the provider and of this server.',
  nbf: "The ID token isn't valid yet. Check the clocks of the provider and of this server.",
  auth_time: 'The sign-in at the provider is too long ago.',
  invalid_client: "The provider doesn't accept OIDC_CLIENT_ID and OIDC_CLIENT_SECRET.",
};

/** A problem in words, with its detail. */
export function problemWords(problem: ProviderProblem | RefusalCause, detail: string | null): string {
  if (detail !== null && Object.hasOwn(tokenFaults, detail)) return tokenFaults[detail]!;
  const words = { ...connectionProblems, ...refusalCauses }[problem];
  return detail === null ? words : `${words} (${detail})`;
}
