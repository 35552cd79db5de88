import type { RequestHandler, Response } from 'express';
import { workspaceOf } from '../../../database/core/workspace.ts';
import {
  mapColumns,
  refuseKnownColumns,
  sampleCells,
} from '../../../database/imports/mappings/map-columns.ts';
import { listMappings, removeMapping } from '../../../database/imports/mappings/saved-columns.ts';
import { may } from '../../../domain/access/permissions.ts';
import { importKinds, permissionToImport } from '../../../domain/imports/imports.ts';
import { idIn, pageIn } from '../../http/forms/request.ts';
import { noteOf } from '../../http/pages/page-note.ts';
import { done, page } from '../../http/pages/rendering.ts';
import type { Services } from '../../http/services.ts';
import { actorOf, signedIn } from '../../http/signed-in.ts';
import { dateOrderCheck } from '../date-order-check.ts';
import { importIn } from '../import-in.ts';
import { renderImport } from '../import-page.ts';
import { fieldLabel, kindWords } from '../labels.ts';
import { rowReader } from '../read-row.ts';
import { askedColumns, fieldOptions, readMapping } from './mapping-form.ts';

/** The pages where a user says what the columns of a file are, and where saved columns are removed. */
export const mappingPages = (services: Services) => {
  const { em } = services.database;

  const show: RequestHandler = async (request, response) => {
    const found = await importIn(em, request, response);
    const note = noteOf(response);
    if (found.state !== 'mapping') {
      return note.alert
        ? renderImport(services, request, response, found, note)
        : toImport(response, found.id);
    }
    const headers = found.columns.map(({ header }) => header);
    const { values = {}, errors = {} } = note;
    page(response, 'imports/columns', {
      title: `Columns in ${found.fileName}`,
      found,
      columns: askedColumns(found.kind, headers, await sampleCells(em, found.id), values),
      options: fieldOptions(found.kind),
      errors,
      alert: errors.file ? { tone: 'danger', text: errors.file } : note.alert,
    });
  };

  const update: RequestHandler = async (request, response) => {
    const found = await importIn(em, request, response);
    refuseKnownColumns(found);
    const { id, kind, columns } = found;
    const headers = columns.map(({ header }) => header);
    const chosen = readMapping(kind, headers, request.body ?? {});
    const settings = await workspaceOf(em.fork());
    const refuseMixedDates = dateOrderCheck(chosen, settings);
    const read = rowReader(kind, chosen, settings);
    await mapColumns(em, actorOf(response), id, chosen, (record) => {
      refuseMixedDates(record);
      return read(record);
    });
    toImport(response, id);
  };

  const index: RequestHandler = async (request, response) => {
    const listing = await listMappings(em, kindsOf(response), pageIn(request));
    page(response, 'imports/mappings', { title: 'Saved columns', listing, kindWords, fieldLabel });
  };

  const remove: RequestHandler = async (request, response) => {
    await removeMapping(
      em,
      actorOf(response),
      idIn(request, 'mappingId', 'set of columns'),
      kindsOf(response),
    );
    return done(
      request,
      response,
      '/imports/mappings',
      'Saved columns removed. Lastday will ask again for files with this header.',
    );
  };

  return { show, update, index, remove };
};

const toImport = (response: Response, id: number) => response.redirect(303, `/imports/${id}`);

/** The kinds of file that the user may import. */
const kindsOf = (response: Response) =>
  importKinds.filter((kind) => may(signedIn(response).role, permissionToImport[kind]));
