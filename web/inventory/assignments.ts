import type { RequestHandler } from 'express';
import { z } from 'zod';
import { type AssetWithHolder, assetById } from '../../database/inventory/assets.ts';
import { type RecoverAnswer, recoverAsset } from '../../database/inventory/assignments.ts';
import { assignAssetFor, requestById } from '../../database/inventory/requests.ts';
import { type Recovery, returnConditions, statusesAfterRecovery } from '../../domain/assets.ts';
import { optionalChoice, optionalId, optionalNote, personField } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { idIn } from '../http/forms/request.ts';
import { type Alert, done, notify } from '../http/pages/rendering.ts';
import { returnLinkOf } from '../http/pages/return-link.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';
import { renderAsset } from './asset-page.ts';

const assignmentForm = z.object({
  userId: personField(),
  /** The request that the asset fulfils. The page asks for it when the person has open requests. */
  requestId: optionalId('Choose one of their open requests, or none.'),
});

const recoveryForm = z.object({
  condition: optionalChoice(returnConditions),
  nextStatus: z.enum(statusesAfterRecovery, { error: 'Choose a next status.' }),
  note: optionalNote(2000),
  /** The assignment that the page showed; a later one is not recovered. */
  assignmentId: optionalId(),
});

/** Assigning an asset to a person, and recovering it. */
export const assignmentPages = (services: Services) => {
  const { em } = services.database;

  const create: RequestHandler = async (request, response) => {
    const assetId = idIn(request, 'assetId', 'asset');
    const { userId, requestId } = readForm(assignmentForm, request.body);
    await assignAssetFor(em, actorOf(response), assetId, userId, requestId);
    const { tag, holder } = await assetById(em, assetId);
    const text = `${tag} assigned to ${holder?.name}.${await fulfilled(requestId)}`;
    return done(request, response, `/assets/${assetId}`, text, (alert) =>
      renderAsset(services, request, response, assetId, { alert }),
    );
  };

  const fulfilled = async (requestId: number | null) =>
    requestId === null ? '' : ` The request for ${(await requestById(em, requestId)).item} is fulfilled.`;

  /** Redirects to the former holder's checklist when the user came from there. */
  const recover: RequestHandler = async (request, response) => {
    const asset = await assetById(em, idIn(request, 'assetId', 'asset'));
    const { assignmentId, ...how } = readForm(recoveryForm, request.body);
    const answer = await recoverAsset(em, actorOf(response), asset.id, how, assignmentId ?? undefined);
    const leadsBack = returnLinkOf(request) !== null && answer.formerHolderId !== null;
    const to = leadsBack ? `/offboarding/${answer.formerHolderId}` : `/assets/${asset.id}`;
    notify(response, recoveryAlert(asset, how, answer));
    response.redirect(303, to);
  };

  return { create, recover };
};

/** The message for the result of a recovery; the first argument is the asset before it. */
function recoveryAlert(
  { tag, holder }: AssetWithHolder,
  { nextStatus }: Recovery,
  { outcome, formerHolderId }: RecoverAnswer,
): Alert {
  if (formerHolderId === null)
    return { tone: 'info', text: `No one had ${tag}, so there is nothing to recover.` };
  if (outcome === 'already-returned') {
    return { tone: 'info', text: `${tag} was already recovered.` };
  }
  if (nextStatus === 'lost') return { tone: 'success', text: `${tag} is marked lost.` };
  return { tone: 'success', text: `${tag} recovered from ${holder?.name}.` };
}
