import type { RequestHandler } from 'express';
import { z } from 'zod';
import { type AssetWithHolder, assetById } from '../../database/inventory/assets.ts';
import { type RecoverAnswer, recoverAsset } from '../../database/inventory/assignments.ts';
import { requestById } from '../../database/inventory/request-list.ts';
import { assignAssetFor } from '../../database/inventory/requests.ts';
import {
  isBrokenInStock,
  type Recovery,
  returnConditions,
  statusesAfterRecovery,
} from '../../domain/assets.ts';
import { editedIn, loadedOf } from '../http/forms/edit-form.ts';
import { optionalChoice, optionalId, optionalNote, optionalText, personField } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { idIn } from '../http/forms/request.ts';
import { asksFirst, type Confirmation, confirmationPage } from '../http/pages/confirmation.ts';
import type { FormValues } from '../http/pages/page-note.ts';
import { type Alert, done, notify } from '../http/pages/rendering.ts';
import { returnLinkOf } from '../http/pages/return-link.ts';
import type { UndoOffer } from '../http/pages/undo-offer.ts';
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
  /** Without it the location stays; empty clears it. */
  location: optionalText().optional(),
  /** The assignment that the page showed; a later one is not recovered. */
  assignmentId: optionalId(),
});

/** Assigning an asset to a person, and recovering it. */
export const assignmentPages = (services: Services) => {
  const { em } = services.database;

  const create: RequestHandler = async (request, response) => {
    const assetId = idIn(request, 'assetId', 'asset');
    const { userId, requestId } = readForm(assignmentForm, request.body);
    const assignmentId = await assignAssetFor(em, actorOf(response), assetId, userId, requestId);
    const { tag, holder } = await assetById(em, assetId);
    const text = `${tag} assigned to ${holder?.name}.${await fulfilled(requestId)}`;
    const fields = { assignmentId: String(assignmentId) };
    const undo = { action: `/assets/${assetId}/assignment/undo`, fields };
    return done(request, response, `/assets/${assetId}`, { tone: 'success', text, undo }, (alert) =>
      renderAsset(services, request, response, assetId, { alert }),
    );
  };

  const fulfilled = async (requestId: number | null) =>
    requestId === null ? '' : ` The request for ${(await requestById(em, requestId)).item} is fulfilled.`;

  /** Redirects to the former holder's checklist when the user came from there. */
  const recover: RequestHandler = async (request, response) => {
    const asset = await assetById(em, idIn(request, 'assetId', 'asset'));
    const { assignmentId, ...how } = readRecovery(request.body ?? {});
    if (asksFirst(request) && isBrokenInStock(how)) {
      return confirmationPage(request, response, brokenInStock(asset, returnLinkOf(request)));
    }
    const answer = await recoverAsset(em, actorOf(response), asset.id, how, assignmentId ?? undefined);
    const leadsBack = returnLinkOf(request) !== null && answer.formerHolderId !== null;
    const to = leadsBack ? `/offboarding/${answer.formerHolderId}` : `/assets/${asset.id}`;
    const alert = recoveryAlert(asset, how, answer);
    const fields = { from: returnLinkOf(request) ?? '', assignmentId: String(assignmentId ?? '') };
    notify(response, { ...alert, undo: undoOfRecovery(asset, answer, fields) });
    response.redirect(303, to);
  };

  return { create, recover };
};

/** The form leaves out the location when it is the one that the form was loaded with. */
const readRecovery = (body: FormValues) => readForm(recoveryForm, editedIn(body, loadedOf(body)));

const brokenInStock = ({ id, tag }: AssetWithHolder, from: string | null): Confirmation => ({
  title: `Put broken ${tag} back in stock?`,
  effects: [
    'Anything in stock can be assigned to the next person. To prevent that, choose another next status.',
  ],
  button: 'Put in stock',
  action: `/assets/${id}/recovery`,
  back: { label: 'Cancel', address: `/assets/${id}${from === null ? '' : `?from=${from}`}#recovery` },
});

/** Undo for a recovery. After a completion there is only the correction on the asset's page. */
function undoOfRecovery(
  { id, holder }: AssetWithHolder,
  { outcome }: RecoverAnswer,
  { from, assignmentId }: { from: string; assignmentId: string },
): UndoOffer | undefined {
  if (outcome !== 'recovered' || holder === null || holder.correctedAt !== null) return undefined;
  const fields = { from, assignmentId: assignmentId || String(holder.assignmentId) };
  return { action: `/assets/${id}/recovery/undo`, fields };
}

/** The message for the result of a recovery; the first argument is the asset before it. */
function recoveryAlert(
  { tag, holder }: AssetWithHolder,
  { nextStatus }: Recovery,
  { outcome, formerHolderId }: RecoverAnswer,
): Alert {
  if (formerHolderId === null)
    return { tone: 'info', text: `${tag} had no holder, so there was nothing to recover.` };
  if (outcome === 'already-returned') {
    return { tone: 'info', text: `${tag} was already recovered.` };
  }
  if (nextStatus === 'lost') return { tone: 'success', text: `${tag} is marked lost.` };
  return { tone: 'success', text: `${tag} recovered from ${holder?.name}.` };
}
