import type { RequestHandler } from 'express';
import { publicUrl } from '../../config/environment.ts';
import { keepAnswer, lastAnswer } from '../../database/access/provider-answer.ts';
import { listSignIns, signInColumns, signInOrder } from '../../database/access/sign-in-list.ts';
import { listRefusals } from '../../database/access/sign-in-refusals.ts';
import { directoryGroups } from '../../domain/access/provider-claims.ts';
import { problemWords } from '../../domain/access/provider-problems.ts';
import { refusalsKeptDays } from '../../domain/access/sign-in-refusals.ts';
import { NotFound } from '../../domain/failures.ts';
import { pageIn, queryText } from '../http/forms/request.ts';
import { done, page } from '../http/pages/rendering.ts';
import { sortIn } from '../http/pages/sorting.ts';
import type { Services } from '../http/services.ts';

const address = '/settings/sign-in';

/** How people sign in: the provider and its state, refused sign-ins, and who can sign in how. */
export const signInSettingsPages = ({ database, environment, provider }: Services) => {
  const { em } = database;
  const here = publicUrl(environment);

  const show: RequestHandler = async (_request, response) => {
    const settings = provider?.settings ?? null;
    const last = settings && (await lastAnswer(em, settings.issuer));
    page(response, 'settings/sign-in/show', {
      title: 'Sign-in',
      provider: settings,
      rolesByDirectory: settings?.roles?.claim === directoryGroups,
      addresses: [
        ['Redirect address', `${here}/sign-in/oidc/callback`],
        ['Sign-out redirect address', `${here}/sign-in/oidc/logout`],
        ['Back-channel logout address', `${here}/sign-in/oidc/backchannel`],
      ],
      isSsoOnly: environment.SIGN_IN === 'sso',
      last: last && { at: last.at, problem: last.problem && problemWords(last.problem, last.detail) },
    });
  };

  /** Tests the connection now, and keeps the result for all web processes. */
  const test: RequestHandler = async (request, response) => {
    if (provider === null) throw new NotFound('page');
    const { problem, detail } = await provider.test();
    await keepAnswer(em, { issuer: provider.settings.issuer, problem, detail });
    const message =
      problem === null
        ? 'The provider can be reached, and its description and keys are valid.'
        : { tone: 'danger' as const, text: problemWords(problem, detail) };
    return done(request, response, address, message);
  };

  const refusals: RequestHandler = async (request, response) => {
    const reference = queryText(request, 'reference').slice(0, 20);
    const { rows, ...listing } = await listRefusals(em, pageIn(request), reference);
    page(response, 'settings/sign-in/refusals', {
      title: 'Refused sign-ins',
      listing,
      rows: rows.map((row) => ({ ...row, words: problemWords(row.cause, row.detail) })),
      reference,
      keptDays: refusalsKeptDays,
    });
  };

  const people: RequestHandler = async (request, response) => {
    const sort = sortIn(request, signInColumns) ?? signInOrder;
    const { rows, ...listing } = await listSignIns(em, pageIn(request), sort);
    page(response, 'settings/sign-in/people', {
      title: 'Who can sign in',
      listing,
      rows,
      sort,
      isSsoOnly: environment.SIGN_IN === 'sso',
    });
  };

  return { show, test, refusals, people };
};
