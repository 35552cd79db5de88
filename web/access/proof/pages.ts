import type { RequestHandler, Response } from 'express';
import { isProven } from '../../http/middleware/proof.ts';
import { notify, page } from '../../http/pages/rendering.ts';
import type { Services } from '../../http/services.ts';
import { signedIn } from '../../http/signed-in.ts';
import { askForProof } from './ask.ts';
import { askedChanges } from './asked-change.ts';
import { providerProof } from './provider.ts';
import { waysToProve } from './ways.ts';

/** The pages of a change that is kept while its person proves who they are. */
export async function proofPages(services: Services) {
  const findWays = await waysToProve(services);
  const changes = askedChanges(services);
  const proof = providerProof(services);

  /** Asks for a proof. Once it is given, a form posts the change; it is shown once, so going back does nothing twice. */
  const show: RequestHandler = async (request, response) => {
    const change = changes.find(request);
    if (change === null) return nothingAsked(response);
    if (!isProven(request)) {
      const ways = await findWays(signedIn(response));
      return askForProof(response, { change, asked: change.id, ways });
    }
    await changes.forget(request);
    page(response, 'proof/continue', { title: "Confirmed it's you", change });
  };

  const begin: RequestHandler = async (request, response) => {
    const change = changes.find(request);
    if (change === null || services.provider === null) return nothingAsked(response);
    await proof.begin(response, services.provider, change.id);
  };

  function nothingAsked(response: Response): void {
    notify(response, {
      tone: 'warning',
      text: 'There is nothing to confirm, so nothing was changed. Try again.',
    });
    response.redirect(303, '/');
  }

  return { show, begin };
}
