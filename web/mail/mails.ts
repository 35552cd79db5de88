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
    const mailId = idIn(request, 'mailId', 'email');
    const { leaver } = readForm(replayForm, request.body);
    if (environment.SMTP_URL === undefined)
      throw new Refusal('no-mail-server', 'Email is off: set SMTP_URL to turn it on.');
    const { userId, isPendingAgain } = await replayMail(database.em, actorOf(response), mailId);
    notify(response, isPendingAgain ? await start(mailId) : nothingToSend);
    response.redirect(303, leaver === null ? `/users/${userId}` : `/offboarding/${leaver}`);
  };

  /** Starts the mail's workflow. If Temporal does not answer, the worker starts it later. */
  async function start(mailId: number): Promise<Alert> {
    try {
      await engine.startMail(mailId);
      return { tone: 'success', text: 'Email queued.' };
    } catch (error) {
      if (!(error instanceof NoAnswerYet)) throw error;
      return { tone: 'warning', text: 'Email queued. It can take a few minutes.' };
    }
  }

  return { replay };
};

const nothingToSend: Alert = {
  tone: 'info',
  text: 'This email is already pending or sent.',
};
