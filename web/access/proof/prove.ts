import type { Request, Response } from 'express';
import { InvalidInput } from '../../../domain/failures.ts';
import { isHtmx } from '../../http/forms/request.ts';
import type { Prove } from '../../http/middleware/proof.ts';
import type { Services } from '../../http/services.ts';
import { signedIn } from '../../http/signed-in.ts';
import { askForProof } from './ask.ts';
import { type AskedChange, askedChanges, changeOf } from './asked-change.ts';
import { renewProved } from './renew.ts';
import type { Way } from './way.ts';
import { waysToProve } from './ways.ts';

/** Asks for a proof, and checks the one that is sent. */
export async function proofs(services: Services): Promise<Prove> {
  const findWays = await waysToProve(services);
  const changes = askedChanges(services);

  async function ask(
    request: Request,
    response: Response,
    question: { change: AskedChange; ways: Way[]; errors?: Record<string, string>; status?: number },
  ): Promise<'answered'> {
    const { status = 403, ...asking } = question;
    const leadsElsewhere = asking.ways.some(({ check }) => check === undefined);
    const asked = leadsElsewhere || isHtmx(request) ? await changes.keep(request, asking.change) : null;
    // htmx would swap the page into a part of another one.
    if (isHtmx(request)) response.redirect(303, `/me/proof?asked=${asked}`);
    else askForProof(response.status(status), { ...asking, asked });
    return 'answered';
  }

  return async (request, response, { proof, back }) => {
    const change = changeOf(request, back);
    const ways = await findWays(signedIn(response));
    const way = ways.find(({ name, check }) => check !== undefined && proof[name] !== undefined);
    if (way === undefined) return ask(request, response, { change, ways });
    try {
      await way.check!(proof[way.name], request, response);
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      const { fields: errors, status } = error as InvalidInput & { status?: number };
      return ask(request, response, { change, ways, errors, ...(status && { status }) });
    }
    const isRenewed = await renewProved(services, request, { by: way.name });
    return isRenewed ? 'proved' : 'signed-out';
  };
}
