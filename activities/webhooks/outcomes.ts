import type { AttemptOutcome } from '../../domain/webhooks/attempts.ts';

/** Thrown by the sender's own connector: the address is not one that deliveries may reach. */
export class BlockedAddress extends Error {
  override name = 'BlockedAddress';
}

/** The name of a failure that ended a try before there was an answer, or while it was read. */
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

/** OpenSSL's verification codes carry no common mark, unlike Node's own. */
const tlsCode =
  /^ERR_(TLS|SSL)|CERT|SIGNATURE|^EPROTO$|^CRL_|HOSTNAME_MISMATCH|INVALID_PURPOSE|PATH_LENGTH|UNABLE_TO_/;
