import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { assetById } from '../../database/inventory/assets.ts';
import { requestById } from '../../database/inventory/request-list.ts';
import {
  approveRequest,
  type RequestAnswer,
  type Resolution,
  resolveRequest,
} from '../../database/inventory/requests.ts';
import { isOpenRequest, requestOutcomes } from '../../domain/offboarding/checklist.ts';
import { optionalId, optionalNote } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { idIn, isHtmx } from '../http/forms/request.ts';
import { noteOf } from '../http/pages/page-note.ts';
import { type Alert, notify } from '../http/pages/rendering.ts';
import { returnLinkOf } from '../http/pages/return-link.ts';
import type { UndoOffer } from '../http/pages/undo-offer.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';
import { renderChecklist } from '../offboarding/checklist-page.ts';
import { renderRequest } from './request-page.ts';

const resolutionForm = z.object({
  outcome: z.enum(requestOutcomes, { error: 'Choose an outcome: fulfilled, rejected or cancelled.' }),
  note: optionalNote(2000),
  assetId: optionalId('Choose one of the assets.'),
});

/** Approving and closing a request, on its own page or on a checklist. */
export const resolutionPages = (services: Services) => {
  const { em } = services.database;

  const approve: RequestHandler = async (request, response) => {
    const requestId = idIn(request, 'requestId', 'request');
    const answer = await approveRequest(em, actorOf(response), requestId);
    const alert = approvalAlert(answer);
    if (isHtmx(request)) return renderRequest(services, request, response, requestId, { alert });
    const suffix = returnLinkOf(request) === null ? '' : '?from=offboarding';
    notify(response, alert);
    response.redirect(303, `/requests/${requestId}${suffix}`);
  };

  const resolve: RequestHandler = async (request, response) => {
    const requestId = idIn(request, 'requestId', 'request');
    const how = readForm(resolutionForm, request.body);
    const answer = await resolveRequest(em, actorOf(response), requestId, how);
    const where = { requestId, userId: answer.userId };
    const undo = answer.outcome === 'done' ? await undoOf(request, requestId, how) : undefined;
    return showResolved(request, response, where, { ...resolutionAlert(how, answer), undo });
  };

  /** Undo for a closed request: opens it again, or takes back the asset that was handed out, which also opens it. */
  async function undoOf(
    request: Request,
    requestId: number,
    { outcome, assetId }: Resolution,
  ): Promise<UndoOffer | undefined> {
    const from = returnLinkOf(request) ?? '';
    if (outcome !== 'fulfilled')
      return { action: `/requests/${requestId}/resolution/undo`, fields: { from } };
    const holder = assetId === null ? null : (await assetById(em, assetId)).holder;
    if (holder === null) return undefined;
    const fields = { from, assignmentId: String(holder.assignmentId) };
    return { action: `/assets/${assetId}/assignment/undo`, fields };
  }

  /** Shows the checklist when the user came from there, else the request. */
  async function showResolved(
    request: Request,
    response: Response,
    { requestId, userId }: { requestId: number; userId: number },
    alert: Alert,
  ): Promise<void> {
    const fromChecklist = returnLinkOf(request) !== null;
    if (isHtmx(request)) {
      return fromChecklist
        ? renderChecklist(services, request, response, userId, { alert })
        : renderRequest(services, request, response, requestId, { alert });
    }
    notify(response, alert);
    response.redirect(303, fromChecklist ? `/offboarding/${userId}` : `/requests/${requestId}`);
  }

  /**
   * Shows a refused resolution. On a checklist there is room only for a message; the request's page keeps the typed
   * values.
   */
  const unresolved: RequestHandler = async (request, response) => {
    const requestId = idIn(request, 'requestId', 'request');
    const note = noteOf(response);
    if (!isHtmx(request) || returnLinkOf(request) === null) {
      return renderRequest(services, request, response, requestId, note);
    }
    const { userId } = await requestById(em, requestId);
    const wrong = Object.values(note.errors ?? {}).join(' ');
    const alert = wrong === '' ? (note.alert ?? null) : ({ tone: 'danger', text: wrong } as const);
    return renderChecklist(services, request, response, userId, { alert });
  };

  return { approve, resolve, unresolved };
};

function approvalAlert({ outcome, status, item }: RequestAnswer): Alert {
  if (outcome === 'done') return { tone: 'success', text: `Request for ${item} approved.` };
  if (isOpenRequest(status)) return { tone: 'info', text: 'This request was already approved.' };
  return closedAlready(status);
}

function resolutionAlert({ assetId }: Resolution, { outcome, status, item }: RequestAnswer): Alert {
  if (outcome === 'already-done') return closedAlready(status);
  const assigned = assetId === null ? '' : ' The asset is assigned, and counts as hardware to recover.';
  return { tone: 'success', text: `Request for ${item} ${status}.${assigned}` };
}

const closedAlready = (status: string): Alert => ({
  tone: 'info',
  text: `This request was already ${status}.`,
});
