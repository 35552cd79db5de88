import type { RequestHandler, Response } from 'express';
import { z } from 'zod';
import { secondFactorsOf } from '../../../database/access/second-factors/factors.ts';
import { completeWithCode, isStillValid } from '../../../database/access/second-factors/second-step.ts';
import { secretBox } from '../../../database/core/secret-box.ts';
import { InvalidInput } from '../../../domain/failures.ts';
import { plural } from '../../../domain/wording/plural.ts';
import { readForm } from '../../http/forms/read-form.ts';
import { noteOf } from '../../http/pages/page-note.ts';
import { notify, page } from '../../http/pages/rendering.ts';
import type { Services } from '../../http/services.ts';
import { signIn } from '../sign-in.ts';
import { signInLimits } from '../sign-in-limits.ts';
import { refuseTooMany } from '../too-many.ts';
import { firstSteps } from './first-step.ts';
import { passkeyObstacle } from './relying-party.ts';

const codeForm = z.object({
  code: z.string().trim().min(1, { error: 'Enter a code.' }).max(40, { error: 'At most 40 characters.' }),
});

/** The second step of a sign-in, after the password. */
export async function secondStepPages(services: Services) {
  const { em } = services.database;
  const limits = await signInLimits(services.database, 'code');
  const box = secretBox(services.environment.SECRET_KEY);
  const steps = firstSteps(services);

  const show: RequestHandler = async (request, response) => {
    const first = steps.read(request);
    if (first === null || !(await isStillValid(em, first))) return beginAnew(response);
    const { appSince, passkeys } = await secondFactorsOf(em, first.userId);
    page(response, 'session/code', {
      title: 'Second factor',
      errors: noteOf(response).errors ?? {},
      returnTo: first.returnTo,
      hasApp: appSince !== null,
      hasPasskeys: passkeys.length > 0,
      obstacle: passkeyObstacle(services.environment),
    });
  };

  const create: RequestHandler = async (request, response) => {
    const first = steps.read(request);
    if (first === null) return beginAnew(response);
    const { code } = readForm(codeForm, request.body);
    const account = String(first.userId);
    refuseTooMany(response, await limits.count(request.ip ?? '', account), 'code');
    const done = await completeWithCode(em, first, code, box);
    if (done === null) throw new InvalidInput({ code: "This code isn't right, or it was already used." });
    await limits.forget(request.ip ?? '', account);
    steps.take(request, response);
    await signIn(request, first.userId);
    if (done.codesLeft !== null) notify(response, { tone: 'warning', text: codesLeftWords(done.codesLeft) });
    response.redirect(303, first.returnTo);
  };

  function beginAnew(response: Response) {
    notify(response, { tone: 'info', text: 'Enter your email and password again.' });
    response.redirect(303, '/sign-in');
  }

  return { show, create };
}

const codesLeftWords = (left: number): string =>
  left === 0
    ? 'That was your last recovery code. Create new ones on My page.'
    : `You used a recovery code. ${plural(left, 'code is', 'codes are')} left.`;
