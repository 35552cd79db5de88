/** Deadlock, serialization failure, lock not available. */
const transientConflicts = new Set(['40P01', '40001', '55P03']);

/** What Node says of a socket, and SQLSTATEs of a server that is shutting down, starting, or out of connections. */
const connectionFailures = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'ETIMEDOUT',
  'ENOENT',
  '57P01',
  '57P02',
  '57P03',
  '08000',
  '08001',
  '08003',
  '08004',
  '08006',
  '53300',
]);

/** What says that a server cannot be reached from here at all, or is still starting. */
const unreachable = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ECONNRESET',
  '57P03',
]);

/** The driver gives these errors no code. */
const connectionMessages =
  /Connection terminated|connection error and is not queryable|timeout exceeded when trying to connect|Query read timeout/;

/** Whether PostgreSQL asks to try the transaction again. */
export const isTransientConflict = (error: unknown): boolean => transientConflicts.has(codeOf(error));

/** Whether the schema refused what was written: a data exception or a broken constraint. */
export const isDataRefused = (error: unknown): boolean => /^(22|23)/.test(codeOf(error));

/** Whether a table does not exist. */
export const isMissingTable = (error: unknown): boolean => codeOf(error) === '42P01';

/** Whether PostgreSQL could not be reached or is going down, also where another error wraps that one. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (connectionFailures.has(codeOf(error))) return true;
  const { message, cause } = error as { message?: unknown; cause?: unknown };
  if (connectionMessages.test(String(message ?? ''))) return true;
  return cause !== undefined && cause !== null && isDatabaseUnavailable(cause);
}

/** Whether there was no way to PostgreSQL in the first place, for a command that has just begun. */
export const isUnreachable = (error: unknown): boolean => unreachable.has(codeOf(error));

/** An SQLSTATE, or the code of a system error. */
export const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');
