/** Deadlock, serialization failure, lock not available. */
const transientConflicts = new Set(['40P01', '40001', '55P03']);

/** Codes of socket errors, and SQLSTATEs of a server that shuts down, starts or has no free connection. */
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

/** Codes of a server that cannot be reached, or that is still starting. */
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

/** Whether a retry of the transaction can succeed. */
export const isTransientConflict = (error: unknown): boolean => transientConflicts.has(codeOf(error));

/** Whether the schema refused what was written: a data exception or a broken constraint. */
export const isDataRefused = (error: unknown): boolean => /^(22|23)/.test(codeOf(error));

/** Whether a table or a function does not exist, because the schema is not migrated. */
export const isMissingSchema = (error: unknown): boolean => ['42P01', '42883'].includes(codeOf(error));

/** Whether PostgreSQL is unreachable or shuts down. Checks the causes of the error too. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (connectionFailures.has(codeOf(error))) return true;
  const { message, cause } = error as { message?: unknown; cause?: unknown };
  if (connectionMessages.test(String(message ?? ''))) return true;
  return cause !== undefined && cause !== null && isDatabaseUnavailable(cause);
}

/** Whether a command could not connect to PostgreSQL at its start. */
export const isUnreachable = (error: unknown): boolean => unreachable.has(codeOf(error));

/** An SQLSTATE, or the code of a system error. */
export const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');
