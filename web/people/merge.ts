import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { type ChecklistPage, readChecklistPage } from '../../database/offboarding/checklist-page.ts';
import { mergePeople } from '../../database/people/merging/merge.ts';
import { previewMerge } from '../../database/people/merging/preview.ts';
import { searchPeople } from '../../database/people/people-search.ts';
import { idField } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { idIn, queryId, searchIn } from '../http/forms/request.ts';
import { noteOf } from '../http/pages/page-note.ts';
import { done, page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';

const chosen = idField('Choose the record to keep.');
const mergeForm = z.object({ into: chosen });

/** Merging two records of one person. */
export const mergePages = ({ database: { em } }: Services) => {
  /** The search for the record that stays, then the page that lists what will move. */
  const choose: RequestHandler = async (request, response) => {
    const gone = await readChecklistPage(em, idIn(request, 'userId', 'person'));
    const into = intoOf(request, response);
    return into === null || into === gone.id
      ? renderSearch(request, response, gone)
      : renderConfirmation(response, gone, into);
  };

  async function renderSearch(request: Request, response: Response, gone: ChecklistPage) {
    const { alert = null, errors = {} } = noteOf(response);
    const search = searchIn(request, 'person');
    const { people, hasMore } = await searchPeople(em, search);
    const found = { people: people.filter(({ id }) => id !== gone.id), hasMore };
    page(response, 'merge/new', { title: `Merge ${gone.name}`, gone, search, found, errors, alert });
  }

  async function renderConfirmation(response: Response, gone: ChecklistPage, into: number) {
    const [kept, preview] = await Promise.all([readChecklistPage(em, into), previewMerge(em, gone.id, into)]);
    const { alert = null, errors = {} } = noteOf(response);
    const reasons = Object.values(errors).join(' ');
    page(response, 'merge/confirm', {
      title: `Merge ${gone.name} into ${kept.name}`,
      gone,
      kept,
      preview,
      alert: reasons === '' ? alert : { tone: 'danger', text: reasons },
    });
  }

  const create: RequestHandler = async (request, response) => {
    const goneId = idIn(request, 'userId', 'person');
    const { into } = readForm(mergeForm, request.body);
    const [{ name }, kept] = await Promise.all([readChecklistPage(em, goneId), readChecklistPage(em, into)]);
    await mergePeople(em, actorOf(response), goneId, into);
    return done(request, response, `/users/${into}`, `${name} was merged into ${kept.name}.`);
  };

  return { new: choose, create };
};

/** The id of the record that stays, as it was sent or as the address names it; null when there is none. */
function intoOf(request: Request, response: Response): number | null {
  const { values } = noteOf(response);
  return values === undefined ? queryId(request, 'into') : chosen.nullable().catch(null).parse(values.into);
}
