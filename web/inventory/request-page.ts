import type { Request, Response } from 'express';
import { assetsOnTheShelf } from '../../database/inventory/assets.ts';
import { requestById } from '../../database/inventory/requests.ts';
import { isOpenRequest } from '../../domain/offboarding/checklist.ts';
import { mayReceiveItems } from '../../domain/user-status.ts';
import { isHtmx, sought } from '../http/forms/request.ts';
import type { PageNote } from '../http/pages/page-note.ts';
import { fragment, page } from '../http/pages/rendering.ts';
import { returnLinkOf } from '../http/pages/return-link.ts';
import type { Services } from '../http/services.ts';

/** Assets offered at once to fulfil a request with. */
const offered = 6;

/** Shows a request as it is now: the whole page, or for a form sent by htmx the part that changes. */
export async function renderRequest(
  { database: { em } }: Services,
  request: Request,
  response: Response,
  requestId: number,
  { alert = null, errors = {}, values = {} }: PageNote = {},
): Promise<void> {
  const search = sought(request, 'asset');
  const wish = await requestById(em, requestId);
  const mayBeGiven = isOpenRequest(wish.status) && mayReceiveItems(wish.userStatus);
  const assets = mayBeGiven ? await assetsOnTheShelf(em, search, offered) : null;
  const data = { request: wish, assets, search, from: returnLinkOf(request), alert, errors, values };
  if (request.method === 'POST' && isHtmx(request)) fragment(response, 'requests/_request', data);
  else page(response, 'requests/show', { title: `${wish.item} for ${wish.name}`, ...data });
}
