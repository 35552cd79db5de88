import type { Answered } from '../../../database/access/provider-answer.ts';
import { isProviderProblem } from '../../../domain/access/provider-problems.ts';
import type { SignInRefused } from '../../../domain/access/sign-in-refusals.ts';
import type { Provider } from '../../http/provider.ts';

/** What a sign-in shows of the provider: its fault, or that its answer was good. */
export function answered({ settings: { issuer } }: Provider, refused?: SignInRefused): Answered {
  return refused && isProviderProblem(refused.refusal)
    ? { issuer, problem: refused.refusal, detail: refused.detail }
    : { issuer, problem: null, detail: null };
}
