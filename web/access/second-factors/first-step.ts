import type { Request, Response } from 'express';
import { z } from 'zod';
import { isHttps } from '../../../config/environment.ts';
import { asksForFactor, secondFactorsOf } from '../../../database/access/second-factors/factors.ts';
import { firstStepOf } from '../../../database/access/second-factors/second-step.ts';
import { sealedCookie } from '../../http/sealed-cookie.ts';
import type { Services } from '../../http/services.ts';
import { signIn } from '../sign-in.ts';

/** A sign-in whose password was right and that waits for a second factor. */
const content = z.strictObject({
  userId: z.int(),
  passwordKey: z.string(),
  /** The page to open afterwards. */
  returnTo: z.string(),
});

/** Remembers the first step of sign-ins for five minutes. There is no session yet. */
export const firstSteps = (services: Pick<Services, 'environment'>) =>
  sealedCookie(services, {
    name: isHttps(services.environment) ? '__Host-lastday-first-step' : 'lastday-first-step',
    purpose: 'first step of a sign-in',
    sameSite: 'strict',
    lifetimeMs: 5 * 60_000,
    content,
  });

/** Goes on after a right password: signs in, or leads to the second step those who have a second factor. */
export const afterPassword = (services: Services) => {
  const { em } = services.database;
  const steps = firstSteps(services);

  return async (request: Request, response: Response, userId: number, returnTo: string): Promise<void> => {
    if (asksForFactor(await secondFactorsOf(em, userId))) {
      steps.set(response, { ...(await firstStepOf(em, userId)), returnTo });
      return response.redirect(303, '/sign-in/code');
    }
    await signIn(request, userId);
    response.redirect(303, returnTo);
  };
};
