import { type Role, roles } from './permissions.ts';
import type { RefusalCause } from './sign-in-refusals.ts';

/** The claims of an ID token, with those of the userinfo endpoint. */
export type Claims = Readonly<Record<string, unknown>>;

/** The role claim that stands for the groups which a directory has provisioned over SCIM. */
export const directoryGroups = 'scim';

/** How groups become roles. */
export interface RoleRules {
  /** The path of the claim, or `directoryGroups`. */
  claim: string;
  map: Readonly<Record<string, Role>>;
  noMatch: 'employee' | 'refuse';
}

/**
 * The role that the groups of a sign-in give: the highest one. A missing claim refuses the sign-in, because it is a fault
 * of the set-up and not a decision about the person. So does an overage: a provider that has more groups than fit sends
 * `_claim_names` instead (OpenID Connect Core 1.0, 5.6.2).
 */
export function roleOf(claims: Claims, { claim, map, noMatch }: RoleRules): Role | { refused: RefusalCause } {
  const sent = claimAt(claims, claim);
  if (sent === undefined) return { refused: isOverage(claims, claim) ? 'too-many-groups' : 'no-role-claim' };
  const groups = typeof sent === 'string' ? [sent] : sent;
  if (!Array.isArray(groups)) return { refused: 'no-role-claim' };
  return roleOfGroups(groups, { map, noMatch });
}

/** The highest role of some groups, or what `noMatch` says when none is in the map. */
export function roleOfGroups(
  groups: readonly unknown[],
  { map, noMatch }: Pick<RoleRules, 'map' | 'noMatch'>,
): Role | { refused: RefusalCause } {
  const given = new Set(
    groups.map((group) => (typeof group === 'string' && Object.hasOwn(map, group) ? map[group] : null)),
  );
  const highest = roles.findLast((role) => given.has(role));
  return highest ?? (noMatch === 'employee' ? 'employee' : { refused: 'no-role' });
}

/** The claim with this name, else the one at this path of names, separated by dots. */
export function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

function isOverage(claims: Claims, path: string): boolean {
  const elsewhere = claims._claim_names;
  return typeof elsewhere === 'object' && elsewhere !== null && Object.hasOwn(elsewhere, path);
}

/** The address that the provider has verified; null without one. Entra says so in `xms_edov`. */
export function verifiedEmail({ email, email_verified, xms_edov }: Claims): string | null {
  const isVerified = [email_verified, xms_edov].some(
    (claim) => claim === true || claim === 1 || claim === '1' || claim === 'true',
  );
  return isVerified && typeof email === 'string' && email !== '' ? email : null;
}
