import type { RequestHandler } from 'express';
import { z } from 'zod';
import { type AssetWithHolder, assetById } from '../../database/inventory/assets.ts';
import { assignAsset, type RecoverAnswer, recoverAsset } from '../../database/inventory/assignments.ts';
import { type Recovery, returnConditions, statusesAfterRecovery } from '../../domain/assets.ts';
import { idField, optionalChoice, optionalId, optionalNote } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { idIn } from '../http/forms/request.ts';
import { type Alert, done, notify } from '../http/pages/rendering.ts';
import { returnLinkOf } from '../http/pages/return-link.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';
import { renderAsset } from './asset-page.ts';

const assignmentForm = z.object({ userId: idField('Choose a person: find them by name, e-mail or id.') });

const recoveryForm = z.object({
  condition: optionalChoice(returnConditions),
  nextStatus: z.enum(statusesAfterRecovery, { error: 'Choose what becomes of it.' }),
  note: optionalNote(2000),
  /** The assignment that the page showed; a later one is not recovered. */
  assignmentId: optionalId(),
});

/** Assigning an asset to a person, and recovering it. */
export const assignmentPages = (services: Services) => {
  const { em } = services.database;

  const create: RequestHandler = async (request, response) => {
    const assetId = idIn(request, 'assetId', 'asset');
    await assignAsset(em, actorOf(response), assetId, readForm(assignmentForm, request.body).userId);
    const { tag, holder } = await assetById(em, assetId);
    return done(request, response, `/assets/${assetId}`, `${tag} is now with ${holder?.name}.`, (alert) =>
      renderAsset(services, request, response, assetId, { alert }),
    );
  };

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
  if (formerHolderId === null) return { tone: 'info', text: `Nobody held ${tag}. Nothing was changed.` };
  if (outcome === 'already-returned') {
    return { tone: 'info', text: `${tag} had already been returned. Nothing was changed.` };
  }
  if (nextStatus === 'lost') return { tone: 'success', text: `${tag} has been recorded as lost.` };
  return { tone: 'success', text: `${tag} has been recovered from ${holder?.name}.` };
}
