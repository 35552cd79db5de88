import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns';
import type { IncomingHttpHeaders } from 'node:http';
import type { LookupFunction } from 'node:net';
import { type AllowedRanges, endpointUrlProblem, mayReach } from '../../database/webhooks/address.ts';
import type { AttemptOutcome } from '../../domain/webhooks/attempts.ts';
import { type Exchange, exchange, type Timeouts } from './exchange.ts';
import { BlockedAddress, outcomeOf } from './outcomes.ts';

const usualTimeouts: Timeouts = { connectMs: 10_000, responseMs: 15_000, totalMs: 20_000 };

interface WebhookRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** Aborts the attempt, which then throws. */
  signal: AbortSignal;
}

interface SendResult {
  outcome: AttemptOutcome;
  /** The status, also of a response that broke off or timed out after it. */
  statusCode: number | null;
  /** The beginning of the response body, or that it is compressed; null without a response. */
  response: string | null;
  /** The response's header Retry-After. */
  retryAfter: string | null;
}

/** Sends webhooks to public addresses and to allowed private ranges only. */
export interface WebhookSender {
  send(webhook: WebhookRequest): Promise<SendResult>;
}

/** Resolves a host to all its addresses, as `lookup` of `node:dns` does. */
export type Resolver = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Checks the URL as it is written, and the IP address after the lookup, because a name may resolve to another address
 * in between (DNS rebinding). Each attempt has its own connection.
 */
export function webhookSender(
  allowed: AllowedRanges,
  { timeouts = usualTimeouts, resolve = lookup as Resolver } = {},
): WebhookSender {
  const limits = { timeouts, lookup: filteringLookup(allowed, resolve) };
  return {
    async send(webhook) {
      if (endpointUrlProblem(webhook.url, allowed) !== null) return blocked;
      const exchanged = await exchange(webhook, limits);
      if (exchanged.error !== null) webhook.signal.throwIfAborted();
      return resultOf(exchanged);
    },
  };
}

const blocked: SendResult = {
  outcome: 'blocked_address',
  statusCode: null,
  response: null,
  retryAfter: null,
};

const resultOf = (exchanged: Exchange): SendResult => ({
  outcome: outcomeOf(exchanged),
  statusCode: exchanged.statusCode,
  response: exchanged.statusCode === null ? null : textOf(exchanged),
  retryAfter: exchanged.headers['retry-after'] ?? null,
});

/** The beginning of the body. A compressed one is named, because its bytes are no text. */
const textOf = ({ headers, body }: Exchange): string =>
  body.length > 0 && isCompressed(headers, body) ? compressed(headers) : asText(body);

/** By its header, or by the first bytes of gzip. */
const isCompressed = (headers: IncomingHttpHeaders, body: Buffer): boolean =>
  !/^(identity)?$/i.test(headers['content-encoding'] ?? '') || (body[0] === 0x1f && body[1] === 0x8b);

const compressed = (headers: IncomingHttpHeaders): string =>
  asText(Buffer.from(`Compressed (${headers['content-encoding']?.slice(0, 40) ?? 'gzip'}), not shown.`));

/** Replaces control characters: PostgreSQL's text type rejects NUL, and pages cannot show the others. */
const asText = (bytes: Buffer): string => bytes.toString('utf8').replace(/[^\P{Cc}\n\t]/gu, '\ufffd');

/** Resolves a name and drops the addresses that may not be reached. Node does not call it for literal addresses. */
const filteringLookup =
  (allowed: AllowedRanges, resolve: Resolver): LookupFunction =>
  (hostname, options, callback) =>
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      const reachable = addresses.filter(({ address }) => mayReach(address, allowed));
      if (reachable.length === 0) return callback(new BlockedAddress(hostname), []);
      if (options.all) return callback(null, reachable);
      callback(null, reachable[0]!.address, reachable[0]!.family);
    });
