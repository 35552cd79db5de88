import { AsyncLocalStorage } from 'node:async_hooks';
import pino from 'pino';

export type Log = pino.Logger;

const request = new AsyncLocalStorage<string>();

/** Does something on behalf of a request: each line logged meanwhile, however deep inside, carries its id. */
export const onBehalfOf = <T>(requestId: string, work: () => T): T => request.run(requestId, work);

/** The process's log: one JSON line an event, on stdout; secrets are cut out wherever they appear as fields. */
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
