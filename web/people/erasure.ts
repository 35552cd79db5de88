import type { RequestHandler } from 'express';
import { readChecklistPage } from '../../database/offboarding/checklist-page.ts';
import { erasePerson, notCompleted } from '../../database/people/erasure.ts';
import { erasedName } from '../../domain/erasure.ts';
import { idIn } from '../http/forms/request.ts';
import { done, page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';

/** Erasing the personal data of a former employee. */
export const erasurePages = ({ database: { em } }: Services) => {
  /** The page that asks for a confirmation and lists the effects. */
  const confirm: RequestHandler = async (request, response) => {
    const leaver = await readChecklistPage(em, idIn(request, 'userId', 'person'));
    if (leaver.erased) return response.redirect(303, `/users/${leaver.id}`);
    if (!leaver.completed) throw notCompleted();
    const { id, name } = leaver;
    page(response, 'users/erasure', {
      title: `Erase ${name}'s data`,
      leaver,
      erasedName: erasedName(id),
    });
  };

  const create: RequestHandler = async (request, response) => {
    const userId = idIn(request, 'userId', 'person');
    const isNew = await erasePerson(em, actorOf(response), userId);
    const name = erasedName(userId);
    const text = isNew ? `Data erased. This person is now ${name}.` : `${name} was already erased.`;
    return done(request, response, `/users/${userId}`, text);
  };

  return { new: confirm, create };
};
