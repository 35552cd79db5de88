import type { Request, Response } from 'express';
import { assetById } from '../../database/inventory/assets.ts';
import { historyOf } from '../../database/inventory/assignments.ts';
import { searchPeople } from '../../database/people/people-search.ts';
import { returnConditions, statusesAfterRecovery } from '../../domain/assets.ts';
import { isHtmx, personSearchIn } from '../http/forms/request.ts';
import type { PageNote } from '../http/pages/page-note.ts';
import { fragment, page } from '../http/pages/rendering.ts';
import { returnLinkOf } from '../http/pages/return-link.ts';
import type { Services } from '../http/services.ts';

/** Renders an asset: the whole page, or for a form sent by htmx the part that changes. */
export async function renderAsset(
  { database: { em } }: Services,
  request: Request,
  response: Response,
  assetId: number,
  { alert = null, errors = {}, values = {} }: PageNote,
): Promise<void> {
  const search = personSearchIn(request, response);
  const [asset, history, found] = await Promise.all([
    assetById(em, assetId),
    historyOf(em, assetId),
    searchPeople(em, search),
  ]);
  const choices = { conditions: returnConditions, nextStatuses: statusesAfterRecovery };
  const data = {
    asset,
    history,
    search,
    found,
    from: returnLinkOf(request),
    ...choices,
    alert,
    errors,
    values,
  };
  if (request.method === 'POST' && isHtmx(request)) fragment(response, 'assets/_asset', data);
  else page(response, 'assets/show', { title: `${asset.tag}, ${asset.model}`, ...data });
}
