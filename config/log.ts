import pino from 'pino';

export type Log = pino.Logger;

/** The process's log: one JSON line an event, on stdout; secrets are cut out wherever they appear as fields. */
export const makeLog = (process: string, level: string): Log =>
  pino({
    level,
    base: { process },
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
