import type { Request, Response } from 'express';
import type { EntityManager } from '../../database/core/orm.ts';
import { assetById } from '../../database/inventory/assets.ts';
import { historyOf } from '../../database/inventory/assignments.ts';
import { openRequestsOf } from '../../database/inventory/requests.ts';
import { searchPeople } from '../../database/people/people-search.ts';
import { returnConditions, statusesAfterRecovery } from '../../domain/assets.ts';
import { isHtmx, personSearchIn } from '../http/forms/request.ts';
import type { PageNote } from '../http/pages/page-note.ts';
import { fragment, page } from '../http/pages/rendering.ts';
import { returnLinkOf } from '../http/pages/return-link.ts';
import type { Services } from '../http/services.ts';
import { sameSerialNotes } from './same-serial.ts';

/** Renders an asset: the whole page, or for a form sent by htmx the part that changes. */
export async function renderAsset(
  { database: { em } }: Services,
  request: Request,
  response: Response,
  assetId: number,
  { alert = null, errors = {}, values = {} }: PageNote,
): Promise<void> {
  const search = personSearchIn(request, response);
  const [asset, history, found, sameSerial] = await Promise.all([
    assetById(em, assetId),
    historyOf(em, assetId),
    findWithRequests(em, search),
    sameSerialNotes(em, assetId),
  ]);
  const choices = { conditions: returnConditions, nextStatuses: statusesAfterRecovery };
  const data = {
    asset,
    sameSerial,
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

/** The people who match a search, each with their open requests: the asset may be what they asked for. */
async function findWithRequests(em: EntityManager, search: string) {
  const found = await searchPeople(em, search);
  const ids = found.people.map(({ id }) => id);
  const requests = ids.length === 0 ? new Map() : await openRequestsOf(em, ids);
  const people = found.people.map((person) => ({ ...person, openRequests: requests.get(person.id) ?? [] }));
  return { ...found, people };
}
