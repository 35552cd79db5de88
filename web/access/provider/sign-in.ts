import { setTimeout } from 'node:timers/promises';
import type { Request, RequestHandler } from 'express';
import { keepAnswer } from '../../../database/access/provider-answer.ts';
import { signInByProvider } from '../../../database/access/provider-sign-in.ts';
import { recordRefusal } from '../../../database/access/sign-in-refusals.ts';
import { secretBox } from '../../../database/core/secret-box.ts';
import { isProviderProblem } from '../../../domain/access/provider-problems.ts';
import { SignInRefused } from '../../../domain/access/sign-in-refusals.ts';
import { NotFound } from '../../../domain/failures.ts';
import { queryText } from '../../http/forms/request.ts';
import { page } from '../../http/pages/rendering.ts';
import type { Services } from '../../http/services.ts';
import { safeReturn, signIn } from '../sign-in.ts';
import { answerOf } from './answer.ts';
import { answered } from './answered.ts';
import { begunSignIns } from './begun-sign-in.ts';
import { showTest } from './test-sign-in.ts';

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
    begun.set(response, { ...checks, returnTo, invitation, testedBy: null });
    response.redirect(303, address.href);
  });

  /** Takes the provider's answer, and signs the person in. */
  const finish = orRefuse(async (request, response) => {
    const there = provider();
    const expected = begun.take(request, response);
    if (expected === null) throw new SignInRefused('not-asked');
    const search = searchOf(request);
    const { invitation, testedBy, returnTo } = expected;
    if (testedBy !== null)
      return showTest({ ...services, provider: there }, response, { search, checks: expected, testedBy });
    const identity = await there.finish(search, expected);
    const answer = answerOf(there.settings, identity, invitation);
    const userId = await refusingSlowly(() => signInByProvider(em, answer));
    const { issuer, subject, claims, idToken } = identity;
    const sid = typeof claims.sid === 'string' ? claims.sid : undefined;
    await signIn(request, userId, { issuer, subject, sid, idToken: box.seal(idToken) });
    await keepAnswer(em, answered(there));
    response.redirect(303, returnTo);
  });

  /** A refusal is one sentence with a reference. Its cause is in the log and in the settings. */
  function orRefuse(handler: RequestHandler): RequestHandler {
    return async (request, response, next) => {
      try {
        await handler(request, response, next);
      } catch (error) {
        if (!(error instanceof SignInRefused)) throw error;
        const reference = await recordRefusal(em, error);
        const { refusal, userId, detail } = error;
        if (isProviderProblem(refusal)) await keepAnswer(em, answered(provider(), error));
        services.log.warn({ reference, cause: refusal, userId, detail }, 'sign-in refused');
        page(response.status(403), 'session/refused', { title: "You couldn't be signed in", reference });
      }
    };
  }

  return { begin, finish };
};

/** A decision that refuses takes this long at least, in milliseconds, so that its time says nothing of the person. */
const refusedAfterMs = 50;

async function refusingSlowly<T>(decide: () => Promise<T>): Promise<T> {
  const began = performance.now();
  try {
    return await decide();
  } catch (error) {
    await setTimeout(Math.max(0, refusedAfterMs - (performance.now() - began)));
    throw error;
  }
}

const searchOf = ({ originalUrl }: Request): string => {
  const at = originalUrl.indexOf('?');
  return at === -1 ? '' : originalUrl.slice(at);
};
