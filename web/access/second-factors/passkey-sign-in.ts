import type { RequestHandler } from 'express';
import { recordSessionEvent } from '../../../database/access/credentials.ts';
import { signInByPasskey } from '../../../database/access/second-factors/passkeys.ts';
import { systemActor } from '../../../domain/actor.ts';
import { InvalidInput } from '../../../domain/failures.ts';
import type { Services } from '../../http/services.ts';
import { safeReturn, signIn } from '../sign-in.ts';
import { signInLimits } from '../sign-in-limits.ts';
import { refuseTooMany } from '../too-many.ts';
import { ceremonies } from './ceremonies.ts';
import { firstSteps } from './first-step.ts';
import { usedPasskeyIn } from './passkey-answers.ts';

/** Signing in with a passkey, which is both factors: the device, and what unlocks it. */
export async function passkeySignInPages(services: Services) {
  const { em } = services.database;
  const limits = await signInLimits(services.database, 'passkey');
  const { beginSignIn, finishSignIn } = ceremonies(services);
  const steps = firstSteps(services);

  const begin: RequestHandler = async (_request, response) => {
    response.json(await beginSignIn(response));
  };

  const create: RequestHandler = async (request, response) => {
    const address = request.ip ?? '';
    const account = usedPasskeyIn(request.body?.credential)?.id ?? '';
    refuseTooMany(response, await limits.count(address, account), 'passkey');
    const answer = await finishSignIn(request, response);
    if (answer === null) {
      await recordSessionEvent(em, systemActor, 'user.sign_in_failed', null);
      throw new InvalidInput({ passkey: refused });
    }
    const { passkey, ...facts } = answer;
    if (!(await signInByPasskey(em, passkey, facts))) throw new InvalidInput({ passkey: refused });
    await limits.forget(address, account);
    steps.take(request, response);
    await signIn(request, passkey.userId);
    response.redirect(303, safeReturn(request.body.return));
  };

  return { begin, create };
}

const refused = "That passkey didn't work. Try again, or sign in with your password.";
