import { type AttemptOutcome, outcomeOfStatus } from '../../domain/webhooks/attempts.ts';
import { type Exchange, readBytes, TimedOut, TooLarge } from './exchange.ts';

/** The sender's lookup throws this for an address that deliveries may not reach. */
export class BlockedAddress extends Error {
  override name = 'BlockedAddress';
}

/** The outcome of an exchange, complete or not. */
export function outcomeOf({ statusCode, bytes, hasAnswered, error }: Exchange): AttemptOutcome {
  if (error !== null) return outcomeOfError(error, hasAnswered);
  const outcome = outcomeOfStatus(statusCode!);
  return outcome === 'delivered' && bytes > readBytes ? 'response_too_large' : outcome;
}

function outcomeOfError(error: unknown, hasAnswered: boolean): AttemptOutcome {
  if (error instanceof BlockedAddress) return 'blocked_address';
  if (error instanceof TimedOut) return 'timed_out';
  if (error instanceof TooLarge) return 'response_too_large';
  const { code } = error as { code?: unknown };
  const known = typeof code === 'string' ? outcomeOfCode(code) : undefined;
  return known ?? (hasAnswered ? 'broke_off' : 'connection_failed');
}

function outcomeOfCode(code: string): AttemptOutcome | undefined {
  if (dnsCodes.has(code)) return 'dns_failed';
  if (/ETIMEDOUT/.test(code)) return 'timed_out';
  if (tlsCode.test(code)) return 'tls_failed';
  return code.startsWith('HPE_') ? 'not_http' : undefined;
}

const dnsCodes = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'ENODATA']);

/** Node's own TLS codes have a prefix. OpenSSL's verification codes have none, so they are listed by word. */
const tlsCode =
  /^ERR_(TLS|SSL)|CERT|SIGNATURE|^EPROTO$|^CRL_|HOSTNAME_MISMATCH|INVALID_PURPOSE|PATH_LENGTH|UNABLE_TO_/;
