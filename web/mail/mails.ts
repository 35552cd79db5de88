import type { RequestHandler } from 'express';
import { z } from 'zod';
import { replayMail } from '../../database/mail/replays.ts';
import { Refusal } from '../../domain/failures.ts';
import { NoAnswerYet } from '../../engine/console-client.ts';
import { optionalId } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { idIn } from '../http/forms/request.ts';
import { type Alert, notify } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';

/** `leaver`: the id of the person on whose checklist the button was pressed. */
const replayForm = z.object({ leaver: optionalId() });

/** Sending a failed mail again. */
export const mailPages = ({ database, engine, environment }: Services) => {
  const replay: RequestHandler = async (request, response) => {
    const mailId = idIn(request, 'mailId', 'mail');
    const { leaver } = readForm(replayForm, request.body);
    if (environment.SMTP_URL === undefined)
      throw new Refusal('no-mail-server', 'This workspace sends no e-mail.');
    const { userId, isPendingAgain } = await replayMail(database.em, actorOf(response), mailId);
    notify(response, isPendingAgain ? await start(mailId) : nothingToSend);
    response.redirect(303, leaver === null ? `/users/${userId}` : `/offboarding/${leaver}`);
  };

  /** Starts the mail's workflow. If Temporal does not answer, the worker starts it later. */
  async function start(mailId: number): Promise<Alert> {
    try {
      await engine.startMail(mailId);
      return { tone: 'success', text: 'The mail is sent again.' };
    } catch (error) {
      if (!(error instanceof NoAnswerYet)) throw error;
      return { tone: 'warning', text: 'The mail is sent again as soon as the process engine answers.' };
    }
  }

  return { replay };
};

const nothingToSend: Alert = {
  tone: 'info',
  text: 'This mail is not given up any more: it is on its way, or was sent.',
};
