import type { Request, RequestHandler } from 'express';
import { signInByProvider } from '../../../database/access/provider-sign-in.ts';
import { recordRefusal } from '../../../database/access/sign-in-refusals.ts';
import { secretBox } from '../../../database/core/secret-box.ts';
import { claimAt, roleOf, verifiedEmail } from '../../../domain/access/provider-claims.ts';
import { SignInRefused } from '../../../domain/access/sign-in-refusals.ts';
import { NotFound } from '../../../domain/failures.ts';
import { queryText } from '../../http/forms/request.ts';
import { page } from '../../http/pages/rendering.ts';
import type { ProviderIdentity } from '../../http/provider.ts';
import type { Services } from '../../http/services.ts';
import { safeReturn, signIn } from '../sign-in.ts';
import { begunSignIns } from './begun-sign-in.ts';

/** Signing in with the identity provider, by the authorization code flow. */
export const providerPages = (services: Services) => {
  const { em } = services.database;
  const begun = begunSignIns(services);
  const box = secretBox(services.environment.SECRET_KEY);
  const provider = () => {
    if (services.provider === null) throw new NotFound('page');
    return services.provider;
  };

  /** Leads the browser to the provider. */
  const begin = orRefuse(async (request, response) => {
    const there = provider();
    const returnTo = safeReturn(queryText(request, 'return'));
    const invitation = queryText(request, 'invitation') || null;
    if (response.locals.signedIn && invitation === null) return response.redirect(303, returnTo);
    const { address, checks } = await there.begin();
    begun.set(response, { ...checks, returnTo, invitation });
    response.redirect(303, address.href);
  });

  /** Takes the provider's answer, and signs the person in. */
  const finish = orRefuse(async (request, response) => {
    const there = provider();
    const expected = begun.take(request, response);
    if (expected === null) throw new SignInRefused('not-asked');
    const identity = await there.finish(searchOf(request), expected);
    const userId = await signInByProvider(em, answerOf(identity, expected.invitation));
    const { issuer, subject, claims, idToken } = identity;
    const sid = typeof claims.sid === 'string' ? claims.sid : undefined;
    await signIn(request, userId, { issuer, subject, sid, idToken: box.seal(idToken) });
    response.redirect(303, expected.returnTo);
  });

  function answerOf({ issuer, subject, claims }: ProviderIdentity, invitation: string | null) {
    const { roles, linkClaim } = provider().settings;
    const role = roles === null ? null : roleOf(claims, roles);
    if (role !== null && typeof role === 'object') throw new SignInRefused(role.refused);
    const directoryId = linkClaim === null ? null : claimAt(claims, linkClaim);
    return {
      issuer,
      subject,
      directoryId: typeof directoryId === 'string' ? directoryId : null,
      email: verifiedEmail(claims),
      role,
      invitation,
    };
  }

  /** A refusal is one sentence with a reference. Its cause is in the log and in the settings. */
  function orRefuse(handler: RequestHandler): RequestHandler {
    return async (request, response, next) => {
      try {
        await handler(request, response, next);
      } catch (error) {
        if (!(error instanceof SignInRefused)) throw error;
        const reference = await recordRefusal(em, error);
        const { refusal, userId, detail } = error;
        services.log.warn({ reference, cause: refusal, userId, detail }, 'sign-in refused');
        page(response.status(403), 'session/refused', { title: "You couldn't be signed in", reference });
      }
    };
  }

  return { begin, finish };
};

const searchOf = ({ originalUrl }: Request): string => {
  const at = originalUrl.indexOf('?');
  return at === -1 ? '' : originalUrl.slice(at);
};
