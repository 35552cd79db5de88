import type { RequestHandler, Response } from 'express';
import { keepAnswer } from '../../../database/access/provider-answer.ts';
import { decideSignIn } from '../../../database/access/provider-sign-in.ts';
import { may } from '../../../domain/access/permissions.ts';
import { type Claims, claimAt, directoryGroups } from '../../../domain/access/provider-claims.ts';
import { problemWords } from '../../../domain/access/provider-problems.ts';
import { SignInRefused } from '../../../domain/access/sign-in-refusals.ts';
import { NotFound } from '../../../domain/failures.ts';
import { notify, page } from '../../http/pages/rendering.ts';
import type { Provider, SignInChecks } from '../../http/provider.ts';
import type { Services } from '../../http/services.ts';
import { type SignedIn, signedIn } from '../../http/signed-in.ts';
import { answerOf } from './answer.ts';
import { answered } from './answered.ts';
import { begunSignIns } from './begun-sign-in.ts';

/** Leads a super-admin to the provider. The answer shows what their sign-in would do, and signs no one in. */
export const beginTest = (services: Services): RequestHandler => {
  const begun = begunSignIns(services);
  return async (_request, response) => {
    if (services.provider === null) throw new NotFound('page');
    try {
      const { address, checks } = await services.provider.begin();
      begun.set(response, {
        ...checks,
        returnTo: '/settings/sign-in',
        invitation: null,
        testedBy: signedIn(response).id,
      });
      response.redirect(303, address.href);
    } catch (error) {
      if (!(error instanceof SignInRefused)) throw error;
      await keepAnswer(services.database.em, answered(services.provider, error));
      notify(response, { tone: 'danger', text: problemWords(error.refusal, error.detail) });
      response.redirect(303, '/settings/sign-in');
    }
  };
};

/** Shows what a sign-in with this answer would do. Throws SignInRefused unless the super-admin who began it is here. */
export async function showTest(
  { database, provider }: Services & { provider: Provider },
  response: Response,
  { search, checks, testedBy }: { search: string; checks: SignInChecks; testedBy: number },
): Promise<void> {
  const me = response.locals.signedIn as SignedIn | undefined;
  if (me?.id !== testedBy || !may(me.role, 'manage-workspace')) throw new SignInRefused('not-asked');
  const show = (tested: Record<string, unknown>) =>
    page(response, 'settings/sign-in/test', { title: 'Test sign-in', ...tested });
  try {
    const identity = await provider.finish(search, checks);
    await keepAnswer(database.em, answered(provider));
    const answer = answerOf(provider.settings, identity, null);
    const decision = await decideSignIn(database.em.fork(), answer);
    const { claims } = identity;
    show({
      ...decision,
      refusal: decision.refused && problemWords(decision.refused, null),
      claimNames: Object.keys(claims).sort(),
      groups: groupsIn(claims, provider, decision.groups),
      email: answer.email,
      rolesComeFrom: provider.settings.roles?.claim ?? null,
    });
  } catch (error) {
    if (!(error instanceof SignInRefused)) throw error;
    await keepAnswer(database.em, answered(provider, error));
    show({ person: null, claimNames: [], refusal: problemWords(error.refusal, error.detail) });
  }
}

/** The groups that decide the role; null when none do. */
function groupsIn(claims: Claims, { settings: { roles } }: Provider, directory: string[]): string[] | null {
  if (roles === null) return null;
  if (roles.claim === directoryGroups) return directory;
  const sent = claimAt(claims, roles.claim);
  return [sent ?? []].flat().filter((group) => typeof group === 'string');
}
