import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { licenseById } from '../../database/inventory/licenses.ts';
import { revokeSeatOf } from '../../database/inventory/revoke-by-workflow.ts';
import { seatById } from '../../database/inventory/seats.ts';
import type { RevokeSeatAnswer } from '../../domain/offboarding/completion.ts';
import { NoAnswerYet } from '../../engine/console-client.ts';
import { formToken } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { idIn, isHtmx } from '../http/forms/request.ts';
import { type Alert, notify } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';
import { renderChecklist } from '../offboarding/checklist-page.ts';
import { revocationAlert, undoOfRevocation, updatePending } from '../offboarding/result-messages.ts';
import { renderRevokedSeat } from './license-page.ts';

const revocationForm = z.object({
  token: formToken(),
  /** The page with the form, which is shown again. */
  from: z.enum(['offboarding', 'license']).catch('offboarding'),
});

export const revocationPages = (services: Services) => {
  const { database, engine } = services;

  /** Revokes a seat: through the leaver's workflow while the offboarding is open, else in the database. */
  const create: RequestHandler = async (request, response) => {
    const seat = await seatById(database.em, idIn(request, 'seatId', 'seat'));
    const { token, from } = readForm(revocationForm, request.body);
    try {
      const answer = await revokeSeatOf(database.em, engine.revokeSeat, seat, {
        actor: actorOf(response),
        token,
        requestId: request.id,
      });
      const { name } = await licenseById(database.em, seat.licenseId);
      return await answerWith(request, response, seat, from, alertOf(answer, name, seat.id, from));
    } catch (error) {
      if (!(error instanceof NoAnswerYet)) throw error;
      if (from === 'license' && isHtmx(request)) {
        // Only the person's checklist can poll for the result.
        const address = `/offboarding/${seat.userId}/answer?token=${token}&seat=${seat.id}`;
        return void response.status(202).set('HX-Redirect', address).end();
      }
      const pending = { alert: updatePending, pendingToken: token, pendingSeatId: seat.id };
      return renderChecklist(services, request, response.status(202), seat.userId, pending);
    }
  };

  function answerWith(
    request: Request,
    response: Response,
    seat: { id: number; userId: number; licenseId: number },
    from: 'offboarding' | 'license',
    alert: Alert,
  ) {
    if (isHtmx(request)) {
      return from === 'license'
        ? renderRevokedSeat(services, response, seat, alert)
        : renderChecklist(services, request, response, seat.userId, { alert });
    }
    notify(response, alert);
    response.redirect(
      303,
      from === 'license' ? `/licenses/${seat.licenseId}` : `/offboarding/${seat.userId}`,
    );
  }

  return { create };
};

/** The message for the result, with Undo when this seat was revoked. */
function alertOf(
  answer: RevokeSeatAnswer,
  license: string,
  seatId: number,
  from: 'offboarding' | 'license',
): Alert {
  const alert = revocationAlert(answer, license);
  if (answer.outcome !== 'revoked') return alert;
  return { ...alert, undo: undoOfRevocation(seatId, from) };
}
