import type { Request, Response } from 'express';
import { recordSessionEvent } from '../../../database/access/credentials.ts';
import { accountsAt } from '../../../database/access/proofs.ts';
import { recordRefusal } from '../../../database/access/sign-in-refusals.ts';
import { secretBox } from '../../../database/core/secret-box.ts';
import { SignInRefused } from '../../../domain/access/sign-in-refusals.ts';
import { userActor } from '../../../domain/actor.ts';
import { queryText } from '../../http/forms/request.ts';
import { notify } from '../../http/pages/rendering.ts';
import type { Provider, ProviderIdentity } from '../../http/provider.ts';
import type { Services } from '../../http/services.ts';
import { type SignedIn, signedIn } from '../../http/signed-in.ts';
import { begunProofs } from './begun-proof.ts';
import { renewProved } from './renew.ts';

/** Proving who one is by a new sign-in at the provider. */
export const providerProof = (services: Services) => {
  const { em } = services.database;
  const begun = begunProofs(services);
  const box = secretBox(services.environment.SECRET_KEY);

  /** Leads the browser to the provider, which asks the person to sign in anew. */
  async function begin(response: Response, provider: Provider, asked: string): Promise<void> {
    try {
      const begunAt = Date.now();
      const { address, checks } = await provider.begin(0);
      begun.set(response, { ...checks, begunAt, userId: signedIn(response).id, asked });
      response.redirect(303, address.href);
    } catch (error) {
      await refused(response, asked, error);
    }
  }

  /** Takes the provider's answer if it is that of a proof, and leads back to the change. Returns whether it was. */
  async function finish(
    request: Request,
    response: Response,
    { provider, search }: { provider: Provider; search: string },
  ): Promise<boolean> {
    const expected = begun.take(request, response);
    const person = response.locals.signedIn as SignedIn | undefined;
    if (expected === null || expected.state !== queryText(request, 'state')) return false;
    const address = addressOf(expected.asked);
    if (person?.id !== expected.userId) {
      response.redirect(303, address);
      return true;
    }
    try {
      // The sign-in may be as old as the trip to the provider, so it came after we had asked.
      const maxAge = Math.ceil((Date.now() - expected.begunAt) / 1_000);
      const { userId } = expected;
      const identity = await provider.finish(search, expected, maxAge);
      const subjects = await accountsAt(em, userId, identity.issuer);
      if (!subjects.includes(identity.subject)) throw new SignInRefused('other-account', userId);
      await renewProved(services, request, { by: 'provider', ...sessionThere(request, identity) });
      response.redirect(303, address);
    } catch (error) {
      if (error instanceof SignInRefused)
        await recordSessionEvent(em, userActor(person.id), 'user.proof_failed', person.id, {
          by: 'provider',
        });
      await refused(response, expected.asked, error);
    }
    return true;
  }

  /** A new sign-in may begin another session at the provider, which can end ours. */
  function sessionThere(request: Request, { issuer, subject, claims, idToken }: ProviderIdentity) {
    if (request.session.provider === undefined) return {};
    const sid = typeof claims.sid === 'string' ? claims.sid : undefined;
    return { provider: { issuer, subject, sid, idToken: box.seal(idToken) } };
  }

  /** Shows the change again with a reference. The cause is in the log and in the settings. */
  async function refused(response: Response, asked: string, error: unknown): Promise<void> {
    if (!(error instanceof SignInRefused)) throw error;
    const reference = await recordRefusal(em, error);
    const { refusal, userId, detail } = error;
    services.log.warn({ reference, cause: refusal, userId, detail }, 'proof refused');
    const text = `Single sign-on didn't confirm it's you. Try again, or give a super admin this reference: ${reference}`;
    notify(response, { tone: 'danger', text });
    response.redirect(303, addressOf(asked));
  }

  return { begin, finish };
};

const addressOf = (asked: string): string => `/me/proof?asked=${encodeURIComponent(asked)}`;
