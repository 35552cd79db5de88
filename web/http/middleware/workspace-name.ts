import type { RequestHandler } from 'express';
import { workspaceOf } from '../../../database/core/workspace.ts';
import type { Services } from '../services.ts';

const cacheMs = 10_000;

/** Provides the workspace's name to every page. Caches it for ten seconds. */
export function workspaceName({ database }: Services): RequestHandler {
  let name = '';
  let readAt = 0;
  return async (_request, response, next) => {
    if (Date.now() - readAt > cacheMs) {
      name = (await workspaceOf(database.em.fork())).name;
      readAt = Date.now();
    }
    response.locals.workspaceName = name;
    next();
  };
}
