import { stringify } from 'csv-stringify/sync';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { workspaceOf } from '../../database/core/workspace.ts';
import { cancelImport, MassChangeRefusal, startImport } from '../../database/imports/imports.ts';
import { listImports } from '../../database/imports/report.ts';
import { may } from '../../domain/access/permissions.ts';
import { InvalidInput } from '../../domain/failures.ts';
import { columnsOf } from '../../domain/imports/columns.ts';
import {
  type ImportKind,
  type ImportState,
  importKinds,
  importLimits,
  permissionToImport,
} from '../../domain/imports/imports.ts';
import { readForm } from '../http/forms/read-form.ts';
import { pageIn } from '../http/forms/request.ts';
import { noteOf } from '../http/pages/page-note.ts';
import { done, page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { actorOf, signedIn } from '../http/signed-in.ts';
import { csvOptions } from './csv-writing.ts';
import { sendErrorsCsv } from './errors-csv.ts';
import { importIn } from './import-in.ts';
import { renderImport } from './import-page.ts';
import { ingestFile } from './ingest.ts';
import { kindWords, stateWords } from './labels.ts';
import { streamUpload } from './upload.ts';

const confirmation = z.object({ people: z.string().trim().optional() });

export const importPages = (services: Services) => {
  const { em } = services.database;

  /** The list of imports, the latest first. */
  const index: RequestHandler = async (request, response) => {
    const kinds = importKinds.filter((kind) => may(signedIn(response).role, permissionToImport[kind]));
    const listing = await listImports(em, kinds, pageIn(request));
    page(response, 'imports/index', { title: 'Imports', listing, kinds, kindWords, stateWords });
  };

  const formFor =
    (kind: ImportKind): RequestHandler =>
    async (_request, response) => {
      const { dateFormat } = await workspaceOf(em.fork());
      page(response, 'imports/new', {
        title: `Import ${kindWords[kind].toLowerCase()}`,
        kind,
        kindWords,
        columns: columnsOf[kind],
        dateFormat,
        limits: importLimits,
        error: noteOf(response).errors?.file,
      });
    };

  /** An example file with a header and one line. */
  const example =
    (kind: ImportKind): RequestHandler =>
    (_request, response) => {
      const columns = columnsOf[kind].filter(({ partOf }) => partOf === undefined);
      response.type('text/csv').attachment(`${kind}.csv`);
      const rows = [columns.map(({ field }) => field), columns.map(({ example }) => example)];
      response.send(stringify(rows, csvOptions(',')));
    };

  /** Stages the uploaded file and redirects to its preview. */
  const create =
    (kind: ImportKind): RequestHandler =>
    async (request, response) => {
      const { id, state } = await streamUpload(request, ({ fileName, bytes, fields }) =>
        ingestFile(em, actorOf(response), {
          kind,
          name: fileName,
          bytes,
          leaveOutUnknown: fields.unknown === 'leave-out',
          canAsk: true,
        }),
      );
      response.redirect(303, addressOf(id, state));
    };

  const show: RequestHandler = async (request, response) => {
    const found = await importIn(em, request, response);
    const note = noteOf(response);
    if (found.state === 'mapping' && !note.alert)
      return response.redirect(303, addressOf(found.id, found.state));
    return renderImport(services, request, response, found, note);
  };

  const start: RequestHandler = async (request, response) => {
    const { id, fileName } = await importIn(em, request, response);
    const { people } = readForm(confirmation, request.body);
    await startImport(em, actorOf(response), id, people ? Number(people) : null).catch(askForConfirmation);
    return done(request, response, `/imports/${id}`, `Import of ${fileName} started.`);
  };

  const cancel: RequestHandler = async (request, response) => {
    const { id, fileName, startedAt } = await importIn(em, request, response);
    await cancelImport(em, actorOf(response), id);
    const text = startedAt
      ? `Import of ${fileName} cancelled. Lines imported so far are kept.`
      : `${fileName} discarded. Nothing was imported.`;
    return done(request, response, `/imports/${id}`, text);
  };

  const errors: RequestHandler = async (request, response) => {
    const found = await importIn(em, request, response);
    response.type('text/csv').attachment(`errors-of-import-${found.id}.csv`);
    await sendErrorsCsv(em, found, response);
  };

  return { index, new: formFor, example, create, show, start, cancel, errors };
};

/** Where an import is shown: where its columns are chosen, while they are not known. */
const addressOf = (id: number, state: ImportState) =>
  state === 'mapping' ? `/imports/${id}/columns` : `/imports/${id}`;

/** Shows the refusal of a mass change beside the field that confirms it. */
function askForConfirmation(error: unknown): never {
  if (error instanceof MassChangeRefusal)
    throw new InvalidInput({ people: `Type ${error.people} to confirm.` });
  throw error;
}
