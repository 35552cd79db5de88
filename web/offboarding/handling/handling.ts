import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { addNote, removeNote } from '../../../database/offboarding/handling/notes.ts';
import { changeOwner } from '../../../database/offboarding/handling/owner.ts';
import { setWaiting, type WaitingItem } from '../../../database/offboarding/handling/waiting.ts';
import { type WaitingKind, waitingKinds } from '../../../domain/offboarding/waiting.ts';
import { note, optionalDate, optionalId, text } from '../../http/forms/fields.ts';
import { readForm } from '../../http/forms/read-form.ts';
import { idIn } from '../../http/forms/request.ts';
import { noteOf } from '../../http/pages/page-note.ts';
import { type Alert, done } from '../../http/pages/rendering.ts';
import type { Services } from '../../http/services.ts';
import { actorOf, signedIn } from '../../http/signed-in.ts';
import { renderChecklist } from '../checklist-page.ts';

const ownerForm = z.object({
  /** Empty for no owner. */
  ownerId: optionalId('Choose an active admin.'),
  /** The owner that the page showed, so that no one takes a leaver from someone unseen. */
  seen: optionalId().optional(),
});

const noteForm = z.object({ text: note(2000) });

const missingItem = 'Choose an item.';
const itemField = () =>
  z
    .string({ error: missingItem })
    .regex(new RegExp(`^(${waitingKinds.join('|')}):[1-9]\\d{0,8}$`), { error: missingItem })
    .transform((value): WaitingItem => {
      const [kind, id] = value.split(':');
      return { kind: kind as WaitingKind, id: Number(id) };
    });

const waitingForm = z.object({
  item: itemField(),
  waitingFor: text(100),
  until: optionalDate().refine((day) => day !== null, { error: 'Choose a day.' }),
});

const endingForm = z.object({ item: itemField() });

/** Who handles a leaver, what admins note, and what the items wait for. */
export const handlingPages = (services: Services) => {
  const { em } = services.database;

  const show = (request: Request, response: Response, userId: number, message: string) =>
    done(request, response, `/offboarding/${userId}`, message, (alert) =>
      renderChecklist(services, request, response, userId, { alert }),
    );

  const updateOwner: RequestHandler = async (request, response) => {
    const userId = idIn(request, 'userId', 'person');
    const sent = readForm(ownerForm, request.body);
    const seen = request.body?.seen === undefined ? undefined : (sent.seen ?? null);
    const name = await changeOwner(em, actorOf(response), userId, sent.ownerId, seen);
    return show(request, response, userId, name === null ? 'Owner removed.' : `${name} is the owner.`);
  };

  const createNote: RequestHandler = async (request, response) => {
    const userId = idIn(request, 'userId', 'person');
    await addNote(em, signedIn(response).id, userId, readForm(noteForm, request.body).text);
    return show(request, response, userId, 'Note added.');
  };

  const destroyNote: RequestHandler = async (request, response) => {
    const userId = idIn(request, 'userId', 'person');
    const wasThere = await removeNote(em, signedIn(response).id, userId, idIn(request, 'noteId', 'note'));
    return show(request, response, userId, wasThere ? 'Note removed.' : 'This note was already removed.');
  };

  const updateWaiting: RequestHandler = async (request, response) => {
    const userId = idIn(request, 'userId', 'person');
    const { item, waitingFor, until } = readForm(waitingForm, request.body);
    const name = await setWaiting(em, actorOf(response), userId, item, { waitingFor, until: until! });
    return show(request, response, userId, `${name} is on hold: ${waitingFor}.`);
  };

  const endWaiting: RequestHandler = async (request, response) => {
    const userId = idIn(request, 'userId', 'person');
    const { item } = readForm(endingForm, request.body);
    const name = await setWaiting(em, actorOf(response), userId, item, null);
    return show(request, response, userId, `${name} is off hold.`);
  };

  /** Shows the checklist with the typed values of the refused form, and the message beside each field. */
  const refused: RequestHandler = (request, response) => {
    const { alert = null, errors = {}, values = {} } = noteOf(response);
    const note: Alert | null = errors.ownerId ? { tone: 'danger', text: errors.ownerId } : alert;
    return renderChecklist(services, request, response, idIn(request, 'userId', 'person'), {
      alert: note,
      refusedForm: { address: request.path, errors, values },
    });
  };

  return {
    changeOwner: updateOwner,
    addNote: createNote,
    removeNote: destroyNote,
    setWaiting: updateWaiting,
    endWaiting,
    refused,
  };
};
