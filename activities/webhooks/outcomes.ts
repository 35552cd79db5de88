import type { AttemptOutcome } from '../../domain/webhooks/attempts.ts';

/** The sender's connector throws this for an address that deliveries may not reach. */
export class BlockedAddress extends Error {
  override name = 'BlockedAddress';
}

/** The outcome of an attempt that ended with this error, before or while the response was read. */
export function outcomeOfError(error: unknown): AttemptOutcome {
  if (error instanceof BlockedAddress) return 'blocked_address';
  const { name, code } = error as { name?: string; code?: unknown };
  const known = typeof code === 'string' ? outcomeOfCode(code) : undefined;
  return known ?? (name === 'TimeoutError' ? 'timed_out' : 'connection_failed');
}

function outcomeOfCode(code: string): AttemptOutcome | undefined {
  if (dnsCodes.has(code)) return 'dns_failed';
  if (/TIMEOUT|ETIMEDOUT/.test(code)) return 'timed_out';
  if (tlsCode.test(code)) return 'tls_failed';
  return undefined;
}

const dnsCodes = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'ENODATA']);

/** Node's own TLS codes have a prefix. OpenSSL's verification codes have none, so they are listed by word. */
const tlsCode =
  /^ERR_(TLS|SSL)|CERT|SIGNATURE|^EPROTO$|^CRL_|HOSTNAME_MISMATCH|INVALID_PURPOSE|PATH_LENGTH|UNABLE_TO_/;
