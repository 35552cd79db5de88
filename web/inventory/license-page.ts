import type { Request, Response } from 'express';
import { licenseById } from '../../database/inventory/licenses.ts';
import { seatsInUse } from '../../database/inventory/seats.ts';
import { revokedSeatsOf } from '../../database/inventory/undo-revocation.ts';
import { searchPeople } from '../../database/people/people-search.ts';
import { newToken } from '../../engine/console-client.ts';
import { isHtmx, pageIn, personSearchIn, searchIn } from '../http/forms/request.ts';
import type { PageNote } from '../http/pages/page-note.ts';
import { type Alert, fragment, page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';

/** Renders a license: the whole page, or for a form sent by htmx the part that changes. */
export async function renderLicense(
  { database: { em } }: Services,
  request: Request,
  response: Response,
  licenseId: number,
  { alert = null, errors = {} }: PageNote,
): Promise<void> {
  const search = { seats: searchIn(request, 'q'), people: personSearchIn(request, response) };
  const [license, seats, found, revoked] = await Promise.all([
    licenseById(em, licenseId),
    seatsInUse(em, licenseId, search.seats, pageIn(request)),
    searchPeople(em, search.people),
    revokedSeatsOf(em, licenseId, search.seats),
  ]);
  const data = { license, seats, search, found, revoked, newToken, alert, errors };
  if (request.method === 'POST' && isHtmx(request)) fragment(response, 'licenses/_license', data);
  else page(response, 'licenses/show', { title: license.name, ...data });
}

/** Renders what a revocation changes on the license's page: the seat's row, the counts, and the message. */
export async function renderRevokedSeat(
  { database: { em } }: Services,
  response: Response,
  seat: { id: number; licenseId: number },
  alert: Alert,
): Promise<void> {
  const license = await licenseById(em, seat.licenseId);
  fragment(response, 'licenses/_revoked_seat', { license, seat, alert });
}
