import { AsyncLocalStorage } from 'node:async_hooks';
import pino from 'pino';

export type Log = pino.Logger;

const request = new AsyncLocalStorage<string>();

/** Runs `work` so that every log line within it carries the request's id. */
export const onBehalfOf = <T>(requestId: string, work: () => T): T => request.run(requestId, work);

/** Creates the process's log: one JSON line per event, on stdout. Fields with secrets are redacted. */
export const makeLog = (process: string, level: string): Log =>
  pino({
    level,
    base: { process },
    mixin: () => ({ requestId: request.getStore() }),
    redact: {
      paths: [
        'req.headers.authorization',
        'req.headers.cookie',
        '*.password',
        '*.secret',
        '*.token',
        '*.passwordHash',
        '*.secretEncrypted',
      ],
      censor: '[cut]',
    },
  });
