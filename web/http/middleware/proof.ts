import type { Request, RequestHandler, Response } from 'express';
import { proofCountsMs } from '../session-limits.ts';
import { pageOfForm, requireSignIn } from './signed-in.ts';

/** What a form sends to prove who is at the browser, by the name of the way: `proof_password` is `password`. */
type SentProof = Readonly<Record<string, unknown>>;

/**
 * Checks what was sent, or asks for a proof. Resolves with `proved`, with `answered` when it has asked, and with
 * `signed-out` when the session has ended meanwhile.
 */
export type Prove = (
  request: Request,
  response: Response,
  asked: { proof: SentProof; back: string },
) => Promise<'proved' | 'answered' | 'signed-out'>;

/**
 * Lets a request through when its person has signed in or proved who they are within five minutes. The form that asks
 * posts to the address of the change, so its handler runs with all of its own checks. `hasPage` is that of `requireSignIn`.
 */
export const requireProof = (prove: Prove, hasPage: boolean): RequestHandler =>
  async function requiresProof(request, response, next) {
    const proof = takeProof(request);
    if (isProven(request)) return next();
    const outcome = await prove(request, response, { proof, back: pageOfForm(request, hasPage) });
    if (outcome === 'answered') return;
    if (outcome === 'proved') return next();
    response.locals.signedIn = undefined;
    requireSignIn(hasPage)(request, response, next);
  };

/** Whether the person of the session has signed in or proved who they are within five minutes. */
export const isProven = ({ session: { provenAt } }: Request): boolean =>
  provenAt !== undefined && Date.now() - provenAt < proofCountsMs;

const prefix = 'proof_';

/** Takes the proof out of the form, so that no handler sees it. */
function takeProof(request: Request): SentProof {
  const sent = Object.entries((request.body ?? {}) as Record<string, unknown>);
  const isProof = ([name]: [string, unknown]) => name.startsWith(prefix);
  request.body = Object.fromEntries(sent.filter((field) => !isProof(field)));
  return Object.fromEntries(sent.filter(isProof).map(([name, value]) => [name.slice(prefix.length), value]));
}
