import type { RequestHandler } from 'express';
import { workspaceOf } from '../../../database/core/workspace.ts';
import type { Services } from '../services.ts';

const rememberMs = 10_000;

/** Puts the workspace's name into every page; read again every ten seconds, not on every request. */
export function workspaceName({ database }: Services): RequestHandler {
  let name = '';
  let readAt = 0;
  return async (_request, response, next) => {
    if (Date.now() - readAt > rememberMs) {
      name = (await workspaceOf(database.em.fork())).name;
      readAt = Date.now();
    }
    response.locals.workspaceName = name;
    next();
  };
}
