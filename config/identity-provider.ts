import { z } from 'zod';
import { type Role, roles } from '../domain/access/permissions.ts';

/** What happens at a sign-in whose role claim names no group of the map. */
const noMatch = ['employee', 'refuse'] as const;
type NoMatch = (typeof noMatch)[number];

/** Who may sign in with a password: everyone, or no one because the provider signs everyone in. */
const signInModes = ['both', 'sso'] as const;

/** Only a provider on this machine may be reached without TLS. */
const isLoopback = ({ hostname }: URL) => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);

const issuer = z
  .url({ protocol: /^https?$/, error: 'Expected an https:// URL' })
  .refine((text) => text.startsWith('https:') || isLoopback(new URL(text)), {
    error: 'Expected an https:// URL, because http:// is only accepted on this machine',
  });

const roleMap = z.string().transform((text, context): Record<string, Role> => {
  const map = z.record(z.string(), z.enum(roles)).safeParse(parsed(text));
  if (map.success) return map.data;
  const message = `Expected JSON such as {"it-team": "it-admin"}, with the roles ${roles.join(', ')}`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The variables of the identity provider, without their defaults. */
export const providerVariables = {
  issuer,
  text: z.string(),
  roleMap,
  noMatch: z.enum(noMatch, { error: `Expected ${noMatch.join(' or ')}` }),
  signIn: z.enum(signInModes, { error: `Expected ${signInModes.join(' or ')}` }),
};

interface ProviderVariables {
  OIDC_ISSUER?: string | undefined;
  OIDC_CLIENT_ID?: string | undefined;
  OIDC_CLIENT_SECRET?: string | undefined;
  OIDC_ROLE_CLAIM?: string | undefined;
  OIDC_ROLE_MAP?: Record<string, Role> | undefined;
  OIDC_NO_MATCH: NoMatch;
  OIDC_LINK_CLAIM?: string | undefined;
  SIGN_IN: (typeof signInModes)[number];
}

/** Variables that need others, as messages by variable. */
export function providerProblems(variables: ProviderVariables): [keyof ProviderVariables, string][] {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_ROLE_CLAIM, OIDC_ROLE_MAP, SIGN_IN } =
    variables;
  const problems: [keyof ProviderVariables, string | false][] = [
    ['OIDC_CLIENT_ID', Boolean(OIDC_ISSUER) && !OIDC_CLIENT_ID && 'Expected the client ID at OIDC_ISSUER'],
    ['OIDC_CLIENT_SECRET', Boolean(OIDC_ISSUER) && !OIDC_CLIENT_SECRET && 'Expected the client secret'],
    ['OIDC_ROLE_MAP', Boolean(OIDC_ROLE_CLAIM) && !OIDC_ROLE_MAP && 'Expected a role for each group'],
    [
      'SIGN_IN',
      SIGN_IN === 'sso' && !OIDC_ISSUER && 'Expected OIDC_ISSUER to be set, because SIGN_IN is sso',
    ],
  ];
  return problems.filter((problem): problem is [keyof ProviderVariables, string] => problem[1] !== false);
}

/** An OpenID Connect provider that people sign in with. */
export interface IdentityProvider {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Where the groups of a person stand; null when roles are given in Lastday. */
  roles: { claim: string; map: Record<string, Role>; noMatch: NoMatch } | null;
  /** The claim that equals the directory's `externalId`, such as `oid`. */
  linkClaim: string | null;
}

/** The identity provider of the environment; null without one. */
export function identityProvider(variables: ProviderVariables): IdentityProvider | null {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_ROLE_CLAIM, OIDC_ROLE_MAP } = variables;
  if (!OIDC_ISSUER || !OIDC_CLIENT_ID || !OIDC_CLIENT_SECRET) return null;
  return {
    issuer: OIDC_ISSUER,
    clientId: OIDC_CLIENT_ID,
    clientSecret: OIDC_CLIENT_SECRET,
    roles: OIDC_ROLE_CLAIM
      ? { claim: OIDC_ROLE_CLAIM, map: OIDC_ROLE_MAP ?? {}, noMatch: variables.OIDC_NO_MATCH }
      : null,
    linkClaim: variables.OIDC_LINK_CLAIM ?? null,
  };
}
