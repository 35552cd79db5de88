import type { RequestHandler } from 'express';
import { z } from 'zod';
import { type AssetWithHolder, assetById } from '../../database/inventory/assets.ts';
import { type UndoAnswer, undoRecovery } from '../../database/inventory/corrections.ts';
import { optionalId } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { idIn } from '../http/forms/request.ts';
import { type Alert, notify } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';

/** The assignment whose recovery is undone; empty means the last one. */
const correctionForm = z.object({ assignmentId: optionalId() });

/** Undoing the recovery of an asset. */
export const correctionPages = ({ database: { em } }: Services) => {
  const create: RequestHandler = async (request, response) => {
    const assetId = idIn(request, 'assetId', 'asset');
    const { assignmentId } = readForm(correctionForm, request.body);
    const { outcome } = await undoRecovery(em, actorOf(response), assetId, assignmentId ?? undefined);
    notify(response, undoneRecoveryAlert(outcome, await assetById(em, assetId)));
    response.redirect(303, `/assets/${assetId}`);
  };

  return { create };
};

/** The message for the result of undoing a recovery; `asset` was read after it. */
export function undoneRecoveryAlert(
  outcome: UndoAnswer['outcome'],
  { tag, holder }: Pick<AssetWithHolder, 'tag' | 'holder'>,
): Alert {
  const name = holder?.name ?? 'no one';
  switch (outcome) {
    case 'reopened':
      return { tone: 'success', text: `Recovery undone. ${tag} is assigned to ${name} again.` };
    case 'corrected':
      return {
        tone: 'success',
        text: `Recovery undone. ${name} is back in the queue until ${tag} is recovered.`,
      };
    case 'unchanged':
      return { tone: 'info', text: `${tag} is already assigned to ${name}.` };
  }
}
