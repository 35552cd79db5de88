import type { RequestHandler } from 'express';
import { z } from 'zod';
import { type ChecklistPage, readChecklistPage } from '../../database/offboarding/checklist-page.ts';
import { bulkWords, mostItems } from '../../domain/bulk.ts';
import { oneOrMany, plural } from '../../domain/wording/plural.ts';
import { newToken } from '../../engine/console-client.ts';
import { formToken } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { idIn } from '../http/forms/request.ts';
import { noteOf } from '../http/pages/page-note.ts';
import { page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';
import { resultAddress } from './result-address.ts';
import { runBulkAction } from './run.ts';
import { idList } from './selected.ts';

/** A part of the checklist that can be cleared at once. */
interface Part {
  /** The last word of the address. */
  path: string;
  verb: string;
  effect: string;
  /** The title when there are no such items. */
  nothing: string;
  itemsOf: (leaver: ChecklistPage) => { id: number; label: string }[];
}

const parts: Record<'revocation' | 'rejection', Part> = {
  revocation: {
    path: 'revocations',
    verb: 'Revoke',
    effect: "Each seat becomes free. Remove the accounts in the vendors' own consoles too.",
    nothing: 'No seats to revoke',
    itemsOf: ({ seats }) => seats.map(({ id, license }) => ({ id, label: license })),
  },
  rejection: {
    path: 'rejections',
    verb: 'Reject',
    effect: 'Each request is closed as rejected, without a note.',
    nothing: 'No requests to reject',
    itemsOf: ({ requests }) => requests.map(({ id, item }) => ({ id, label: item })),
  },
};

const form = z.object({ token: formToken(), ids: idList(mostItems) });

/** Revoking all seats or rejecting all requests of a person: the page with what will happen, and doing it. */
export const checklistPart = (services: Services, kind: keyof typeof parts) => {
  const { path, verb, effect, nothing, itemsOf } = parts[kind];
  const { em } = services.database;

  /** Lists what will happen. Only the listed items are changed, because the form sends their ids. */
  const confirm: RequestHandler = async (request, response) => {
    const leaver = await readChecklistPage(em, idIn(request, 'userId', 'person'));
    const all = itemsOf(leaver);
    const items = all.slice(0, mostItems);
    const { one, many } = bulkWords[kind];
    const what = `${verb} ${plural(items.length, one, many)}`;
    page(response, 'bulk/confirm', {
      title:
        items.length === 0
          ? nothing
          : `${verb} ${leaver.name}'s ${oneOrMany(items.length, one, `${items.length} ${many}`)}?`,
      leaver,
      items,
      rest: all.length - items.length,
      words: { one, many },
      effect,
      button: what,
      action: `/offboarding/${leaver.id}/${path}`,
      token: newToken(),
      alert: noteOf(response).alert ?? null,
    });
  };

  const create: RequestHandler = async (request, response) => {
    const userId = idIn(request, 'userId', 'person');
    const { token, ids } = readForm(form, request.body);
    const items = ids.map((itemId) => ({ itemId }));
    const id = await runBulkAction(services, { token, kind, userId, actor: actorOf(response), items });
    response.redirect(303, resultAddress(id, userId));
  };

  return { new: confirm, create };
};
