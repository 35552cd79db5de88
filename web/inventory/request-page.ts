import type { Request, Response } from 'express';
import { assetsInStock } from '../../database/inventory/assets.ts';
import { requestById } from '../../database/inventory/request-list.ts';
import { isOpenRequest } from '../../domain/offboarding/checklist.ts';
import { mayReceiveItems } from '../../domain/user-status.ts';
import { isHtmx, searchIn } from '../http/forms/request.ts';
import type { PageNote } from '../http/pages/page-note.ts';
import { fragment, page } from '../http/pages/rendering.ts';
import { returnLinkOf } from '../http/pages/return-link.ts';
import type { Services } from '../http/services.ts';

/** How many assets are offered to fulfil a request. */
const offeredCount = 6;

/** Renders a request: the whole page, or for a form sent by htmx the part that changes. */
export async function renderRequest(
  { database: { em } }: Services,
  request: Request,
  response: Response,
  requestId: number,
  { alert = null, errors = {}, values = {} }: PageNote,
): Promise<void> {
  const search = searchIn(request, 'asset');
  const itemRequest = await requestById(em, requestId);
  const mayBeGiven =
    isOpenRequest(itemRequest.status) &&
    mayReceiveItems({ status: itemRequest.userStatus, directoryInactive: itemRequest.userIsInactive });
  const assets = mayBeGiven ? await assetsInStock(em, search, offeredCount) : null;
  const data = { request: itemRequest, assets, search, from: returnLinkOf(request), alert, errors, values };
  if (request.method === 'POST' && isHtmx(request)) fragment(response, 'requests/_request', data);
  else page(response, 'requests/show', { title: `${itemRequest.item} for ${itemRequest.name}`, ...data });
}
