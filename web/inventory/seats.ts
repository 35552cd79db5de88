import type { RequestHandler } from 'express';
import { z } from 'zod';
import { assignSeat } from '../../database/inventory/seats.ts';
import { userById } from '../../database/people/users.ts';
import { personField } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { idIn } from '../http/forms/request.ts';
import { done } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';
import { renderLicense } from './license-page.ts';

const seatForm = z.object({ userId: personField() });

/** Giving a person a seat. Revoking it is in revocation.ts, because it may go through the leaver's workflow. */
export const seatPages = (services: Services) => {
  const { em } = services.database;

  const create: RequestHandler = async (request, response) => {
    const licenseId = idIn(request, 'licenseId', 'license');
    const { userId } = readForm(seatForm, request.body);
    await assignSeat(em, actorOf(response), licenseId, userId);
    const { name } = await userById(em, userId);
    return done(request, response, `/licenses/${licenseId}`, `Seat assigned to ${name}.`, (alert) =>
      renderLicense(services, request, response, licenseId, { alert }),
    );
  };

  return { create };
};
