import type { Request, Response } from 'express';
import type { EntityManager } from '../../database/core/orm.ts';
import type { Import } from '../../database/entities/index.ts';
import { importById } from '../../database/imports/imports.ts';
import { may } from '../../domain/access/permissions.ts';
import { permissionToImport } from '../../domain/imports/imports.ts';
import { Forbidden } from '../http/forbidden.ts';
import { idIn } from '../http/forms/request.ts';
import { signedIn } from '../http/signed-in.ts';

/** The import in the address. Throws Forbidden without the permission for its kind, and NotFound. */
export async function importIn(em: EntityManager, request: Request, response: Response): Promise<Import> {
  const found = await importById(em, idIn(request, 'importId', 'import'));
  if (!may(signedIn(response).role, permissionToImport[found.kind])) throw new Forbidden();
  return found;
}
