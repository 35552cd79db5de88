import { createHmac } from 'node:crypto';
import { isIP } from 'node:net';
import { type Environment, publicUrl } from '../../../config/environment.ts';
import { Refusal } from '../../../domain/failures.ts';

/** The site that passkeys are bound to. */
export interface RelyingParty {
  /** The host of the public address. */
  id: string;
  origin: string;
}

/** Why there are no passkeys at the public address; null when there are. */
export function passkeyObstacle(environment: Environment): string | null {
  const { hostname, protocol } = new URL(publicUrl(environment));
  if (environment.SIGN_IN === 'sso') return 'Passkeys are turned off here. Sign in with single sign-on.';
  if (isIP(hostname.replaceAll(/[[\]]/g, '')) !== 0)
    return "Passkeys need a host name, and this address is an IP address. Set PUBLIC_URL to the console's address.";
  if (protocol !== 'https:' && hostname !== 'localhost' && !hostname.endsWith('.localhost'))
    return 'Passkeys need https. Set PUBLIC_URL to an https address.';
  return null;
}

/** Throws a Refusal where there are no passkeys. */
export function relyingParty(environment: Environment): RelyingParty {
  const obstacle = passkeyObstacle(environment);
  if (obstacle !== null) throw new Refusal('no-passkeys', obstacle);
  const { hostname, origin } = new URL(publicUrl(environment));
  return { id: hostname, origin };
}

/** The id of a person that devices store. It reveals nothing, and is the same for all of their passkeys. */
export const userHandle = ({ SECRET_KEY }: Environment, userId: number): Buffer<ArrayBuffer> =>
  Buffer.from(
    createHmac('sha256', Buffer.from(SECRET_KEY, 'base64')).update(`passkeys of user ${userId}`).digest(),
  );
