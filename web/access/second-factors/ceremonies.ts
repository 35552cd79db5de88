import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { isHttps } from '../../../config/environment.ts';
import {
  credentialsOf,
  type OwnedPasskey,
  passkeyWith,
  type StoredPasskey,
} from '../../../database/access/second-factors/passkeys.ts';
import { sealedCookie } from '../../http/sealed-cookie.ts';
import type { Services } from '../../http/services.ts';
import type { SignedIn } from '../../http/signed-in.ts';
import { addedPasskeyIn, usedPasskeyIn } from './passkey-answers.ts';
import { relyingParty, userHandle } from './relying-party.ts';

/** A challenge that a browser was sent. `userId` is whose passkey is made; null for a sign-in. */
const content = z.strictObject({ challenge: z.string(), userId: z.int().nullable() });

const lifetimeMs = 5 * 60_000;

/**
 * The two ceremonies of WebAuthn: making a passkey, and using it. A challenge is in a sealed cookie for five minutes. The
 * database accepts each once.
 */
export function ceremonies(services: Pick<Services, 'environment' | 'database'>) {
  const { environment, database } = services;
  const challenges = sealedCookie(services, {
    name: isHttps(environment) ? '__Host-lastday-passkey' : 'lastday-passkey',
    purpose: 'challenge of a passkey',
    sameSite: 'strict',
    lifetimeMs,
    content,
  });

  return {
    /** What the browser needs to make a passkey for a person. */
    async beginAdding(response: Response, { id, email, name }: SignedIn) {
      const site = relyingParty(environment);
      const known = await credentialsOf(database.em, id);
      const options = await generateRegistrationOptions({
        rpName: 'Lastday',
        rpID: site.id,
        userID: userHandle(environment, id),
        userName: email,
        userDisplayName: name,
        timeout: lifetimeMs,
        excludeCredentials: known.map(({ credentialId, transports }) => ({ id: credentialId, transports })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      });
      challenges.set(response, { challenge: options.challenge, userId: id });
      return options;
    },

    /** The new passkey and the challenge that it answers; null when the answer is wrong. */
    async finishAdding(
      request: Request,
      response: Response,
      userId: number,
    ): Promise<{ passkey: StoredPasskey; challenge: string } | null> {
      const site = relyingParty(environment);
      const asked = challenges.take(request, response);
      const answer = addedPasskeyIn(request.body?.credential);
      if (asked === null || asked.userId !== userId || answer === null) return null;
      const checked = await verifyRegistrationResponse({
        response: answer,
        expectedChallenge: asked.challenge,
        expectedOrigin: site.origin,
        expectedRPID: site.id,
      }).catch(() => null);
      if (!checked?.verified) return null;
      const { id, publicKey, counter, transports = [] } = checked.registrationInfo.credential;
      const key = Buffer.from(publicKey).toString('base64url');
      return {
        passkey: { credentialId: id, publicKey: key, counter, transports },
        challenge: asked.challenge,
      };
    },

    /** What the browser needs to sign in with any passkey of this site. */
    async beginSignIn(response: Response) {
      const site = relyingParty(environment);
      const options = await generateAuthenticationOptions({
        rpID: site.id,
        timeout: lifetimeMs,
        userVerification: 'required',
      });
      challenges.set(response, { challenge: options.challenge, userId: null });
      return options;
    },

    /** The passkey that was used, with its new counter and the challenge; null when the answer is wrong. */
    async finishSignIn(
      request: Request,
      response: Response,
    ): Promise<{ passkey: OwnedPasskey; counter: number; challenge: string } | null> {
      const site = relyingParty(environment);
      const asked = challenges.take(request, response);
      const answer = usedPasskeyIn(request.body?.credential);
      if (asked === null || asked.userId !== null || answer === null) return null;
      const passkey = await passkeyWith(database.em, answer.id);
      if (passkey === null || !isHandleOf(answer.response.userHandle, passkey.userId)) return null;
      const { credentialId, publicKey, counter } = passkey;
      const checked = await verifyAuthenticationResponse({
        response: answer,
        expectedChallenge: asked.challenge,
        expectedOrigin: site.origin,
        expectedRPID: site.id,
        requireUserVerification: true,
        credential: { id: credentialId, publicKey: Buffer.from(publicKey, 'base64url'), counter },
      }).catch(() => null);
      if (!checked?.verified) return null;
      return { passkey, counter: checked.authenticationInfo.newCounter, challenge: asked.challenge };
    },
  };

  function isHandleOf(handle: string | null | undefined, userId: number): boolean {
    return handle === userHandle(environment, userId).toString('base64url');
  }
}
