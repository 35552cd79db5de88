import type { RequestHandler, Response } from 'express';
import { z } from 'zod';
import {
  type AssetWithHolder,
  assetById,
  assetColumns,
  assetOrder,
  createAsset,
  findAssets,
  updateAsset,
} from '../../database/inventory/assets.ts';
import { assetStatuses, statusesAfterRecovery } from '../../domain/assets.ts';
import { sortText } from '../../domain/sorting.ts';
import { editForm, readEdit } from '../http/forms/edit-form.ts';
import { choice, identifier, optionalIdentifier, optionalText, text } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { idIn, pageIn, queryText, searchIn } from '../http/forms/request.ts';
import { noteOf } from '../http/pages/page-note.ts';
import { done, page } from '../http/pages/rendering.ts';
import { sortIn } from '../http/pages/sorting.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';
import { renderAsset } from './asset-page.ts';
import { sameSerialNotes } from './same-serial.ts';

const assetForm = z.object({
  tag: identifier(60),
  serial: optionalIdentifier(100),
  model: text(),
  location: optionalText(),
  /** The form has no status field while the asset is assigned. */
  status: choice(statusesAfterRecovery).optional(),
});

/** The list of assets, one asset, and its form. */
export const assetPages = (services: Services) => {
  const { em } = services.database;

  const index: RequestHandler = async (request, response) => {
    const asked = queryText(request, 'status');
    const status = assetStatuses.find((known) => known === asked) ?? null;
    const filter = { search: searchIn(request, 'q'), status };
    const sort = sortIn(request, assetColumns);
    page(response, 'assets/index', {
      title: 'Assets',
      listing: await findAssets(em, filter, pageIn(request), sort),
      filter,
      sort: sort ?? (filter.search === '' ? assetOrder : null),
      chosenSort: sort && sortText(sort),
      statuses: assetStatuses,
    });
  };

  const show: RequestHandler = (request, response) =>
    renderAsset(services, request, response, idIn(request, 'assetId', 'asset'), noteOf(response));

  const blank: RequestHandler = (_request, response) => renderForm(response, null);

  const create: RequestHandler = async (request, response) => {
    const asset = readForm(assetForm, request.body);
    const assetId = await createAsset(em, actorOf(response), asset);
    return done(request, response, `/assets/${assetId}`, `${asset.tag} added.`);
  };

  const edit: RequestHandler = (request, response) => renderForm(response, idIn(request, 'assetId', 'asset'));

  const update: RequestHandler = async (request, response) => {
    const assetId = idIn(request, 'assetId', 'asset');
    const { changes, seen } = readEdit(assetForm, request.body ?? {});
    await updateAsset(em, actorOf(response), assetId, changes, seen);
    const { tag } = await assetById(em, assetId);
    return done(request, response, `/assets/${assetId}`, `${tag} saved.`);
  };

  /** The form of a new asset (null) or an existing one; after a refusal with the typed values. */
  async function renderForm(response: Response, assetId: number | null) {
    const note = noteOf(response);
    const asset = assetId === null ? null : await assetById(em, assetId);
    page(response, 'assets/form', {
      title: asset === null ? 'Add asset' : `Edit ${asset.tag}`,
      asset,
      sameSerial: assetId === null ? [] : await sameSerialNotes(em, assetId),
      ...editForm(asset === null ? {} : valuesOf(asset), note),
      statuses: statusesAfterRecovery,
      alert: note.alert ?? null,
    });
  }

  return { index, show, new: blank, create, edit, update };
};

const valuesOf = ({ tag, serial, model, location, status }: AssetWithHolder) => ({
  tag,
  serial,
  model,
  location,
  status,
});
