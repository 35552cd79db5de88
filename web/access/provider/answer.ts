import type { IdentityProvider } from '../../../config/identity-provider.ts';
import type { ProviderAnswer } from '../../../database/access/provider-sign-in.ts';
import { claimAt, directoryGroups, roleOf, verifiedEmail } from '../../../domain/access/provider-claims.ts';
import type { ProviderIdentity } from '../../http/provider.ts';

/** What Lastday reads in the claims of a person. */
export function answerOf(
  { roles, linkClaim }: IdentityProvider,
  { issuer, subject, claims }: ProviderIdentity,
  invitation: string | null,
): ProviderAnswer {
  const directoryId = linkClaim === null ? null : claimAt(claims, linkClaim);
  return {
    issuer,
    subject,
    directoryId: typeof directoryId === 'string' ? directoryId : null,
    email: verifiedEmail(claims),
    role:
      roles === null
        ? null
        : roles.claim === directoryGroups
          ? { fromDirectory: roles }
          : roleOf(claims, roles),
    invitation,
  };
}
