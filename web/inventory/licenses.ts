import type { RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { License } from '../../database/entities/index.ts';
import {
  createLicense,
  findLicenses,
  licenseById,
  licenseColumns,
  licenseOrder,
  updateLicense,
} from '../../database/inventory/licenses.ts';
import { sortText } from '../../domain/sorting.ts';
import { editForm, readEdit } from '../http/forms/edit-form.ts';
import { identifier, optionalText, wholeNumber } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { idIn, pageIn, searchIn } from '../http/forms/request.ts';
import { noteOf } from '../http/pages/page-note.ts';
import { done, page } from '../http/pages/rendering.ts';
import { sortIn } from '../http/pages/sorting.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';
import { renderLicense } from './license-page.ts';

const licenseForm = z.object({
  name: identifier(200),
  vendor: optionalText(),
  seatsTotal: wholeNumber(1_000_000),
});

/** The list of licenses, one license, and its form. */
export const licensePages = (services: Services) => {
  const { em } = services.database;

  const index: RequestHandler = async (request, response) => {
    const search = searchIn(request, 'q');
    const sort = sortIn(request, licenseColumns);
    page(response, 'licenses/index', {
      title: 'Licenses',
      listing: await findLicenses(em, search, pageIn(request), sort),
      search,
      sort: sort ?? (search === '' ? licenseOrder : null),
      chosenSort: sort && sortText(sort),
    });
  };

  const show: RequestHandler = (request, response) =>
    renderLicense(services, request, response, idIn(request, 'licenseId', 'license'), noteOf(response));

  const blank: RequestHandler = (_request, response) => renderForm(response, null);

  const create: RequestHandler = async (request, response) => {
    const license = readForm(licenseForm, request.body);
    const licenseId = await createLicense(em, actorOf(response), license);
    return done(request, response, `/licenses/${licenseId}`, `${license.name} added.`);
  };

  const edit: RequestHandler = (request, response) =>
    renderForm(response, idIn(request, 'licenseId', 'license'));

  const update: RequestHandler = async (request, response) => {
    const licenseId = idIn(request, 'licenseId', 'license');
    const { changes, seen } = readEdit(licenseForm, request.body ?? {});
    await updateLicense(em, actorOf(response), licenseId, changes, seen);
    const { name } = await licenseById(em, licenseId);
    return done(request, response, `/licenses/${licenseId}`, `${name} saved.`);
  };

  /** The form of a new license (null) or an existing one; after a refusal with the typed values. */
  async function renderForm(response: Response, licenseId: number | null) {
    const note = noteOf(response);
    const license = licenseId === null ? null : await licenseById(em, licenseId);
    page(response, 'licenses/form', {
      title: license === null ? 'Add license' : `Edit ${license.name}`,
      license,
      ...editForm(license === null ? {} : valuesOf(license), note),
      alert: note.alert ?? null,
    });
  }

  return { index, show, new: blank, create, edit, update };
};

const valuesOf = ({ name, vendor, seatsTotal }: License) => ({ name, vendor: vendor ?? null, seatsTotal });
