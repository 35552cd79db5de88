import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import { assetById } from '../../database/inventory/assets.ts';
import { undoRecovery } from '../../database/inventory/corrections.ts';
import { seatById } from '../../database/inventory/seats.ts';
import { undoAssignment } from '../../database/inventory/undo-assignment.ts';
import type { Reversal } from '../../database/inventory/undo-limit.ts';
import { undoResolution } from '../../database/inventory/undo-resolution.ts';
import { undoRevocation } from '../../database/inventory/undo-revocation.ts';
import { idField } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { idIn } from '../http/forms/request.ts';
import { noteOf } from '../http/pages/page-note.ts';
import { type Alert, notify } from '../http/pages/rendering.ts';
import { returnLinkOf } from '../http/pages/return-link.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';
import { undoneRecoveryAlert } from './corrections.ts';
import { renderLicense } from './license-page.ts';

const assignmentForm = z.object({ assignmentId: idField('Choose an assignment of this asset.') });

/**
 * Undoing a step: as an `undo` within seconds by the person who did it, or as a `correction` at any time. The item's page
 * shows a refusal, because it offers the correction.
 */
export const undoPages = (services: Services) => {
  const { em } = services.database;

  const assignment =
    (reversal: Reversal): RequestHandler =>
    async (request, response) => {
      const assetId = idIn(request, 'assetId', 'asset');
      const { assignmentId } = readForm(assignmentForm, request.body);
      const actor = actorOf(response);
      const { outcome, tag, userId } = await undoAssignment(em, actor, assetId, assignmentId, reversal);
      const alert =
        outcome === 'undone'
          ? undone(`Assignment undone. ${tag} is back in stock.`)
          : unchanged(`${tag} was already recovered.`);
      notify(response, alert);
      response.redirect(303, pageAfter(request, userId, `/assets/${assetId}`));
    };

  /** Without a time limit, `corrections.ts` undoes a recovery. */
  const recovery: RequestHandler = async (request, response) => {
    const assetId = idIn(request, 'assetId', 'asset');
    const { assignmentId } = readForm(assignmentForm, request.body);
    const { outcome, holderId } = await undoRecovery(em, actorOf(response), assetId, assignmentId, 'undo');
    notify(response, undoneRecoveryAlert(outcome, await assetById(em, assetId)));
    response.redirect(303, pageAfter(request, holderId, `/assets/${assetId}`));
  };

  const revocation =
    (reversal: Reversal): RequestHandler =>
    async (request, response) => {
      const seatId = idIn(request, 'seatId', 'seat');
      const seat = await undoRevocation(em, actorOf(response), seatId, reversal);
      const alert =
        seat.outcome === 'reopened'
          ? undone(`Revocation undone. ${seat.name} has the ${seat.license} seat again.`)
          : unchanged(`${seat.name} already has this seat.`);
      notify(response, alert);
      response.redirect(303, pageAfter(request, seat.userId, `/licenses/${seat.licenseId}`));
    };

  /** The license of a seat, after a refusal. */
  const licenseOfSeat: RequestHandler = async (request, response) => {
    const { licenseId } = await seatById(em, idIn(request, 'seatId', 'seat'));
    return renderLicense(services, request, response, licenseId, noteOf(response));
  };

  const resolution =
    (reversal: Reversal): RequestHandler =>
    async (request, response) => {
      const requestId = idIn(request, 'requestId', 'request');
      const { outcome, item, userId } = await undoResolution(em, actorOf(response), requestId, reversal);
      const alert =
        outcome === 'reopened'
          ? undone(`The request for ${item} is open again.`)
          : unchanged('This request is already open.');
      notify(response, alert);
      response.redirect(303, pageAfter(request, userId, `/requests/${requestId}`));
    };

  return { assignment, recovery, revocation, licenseOfSeat, resolution };
};

const undone = (text: string): Alert => ({ tone: 'success', text });
const unchanged = (text: string): Alert => ({ tone: 'info', text });

/** The checklist when the user came from there, else the item's page. */
const pageAfter = (request: Request, userId: number, itemPage: string): string =>
  returnLinkOf(request) === null ? itemPage : `/offboarding/${userId}`;
