import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, buildConnector, type Dispatcher, request } from 'undici';
import { type AllowedRanges, endpointUrlProblem, mayReach } from '../../database/webhooks/address.ts';
import { type AttemptOutcome, outcomeOfStatus } from '../../domain/webhooks/attempts.ts';
import { BlockedAddress, outcomeOfError } from './outcomes.ts';

/** How long an endpoint may take: to connect, for each part of its response, and in total. */
interface SenderTimeouts {
  connectMs: number;
  responseMs: number;
  totalMs: number;
}
const usualTimeouts: SenderTimeouts = { connectMs: 10_000, responseMs: 15_000, totalMs: 20_000 };

/** How much of a response is stored, and how much is read at most. */
const keptBytes = 1_000;
const readBytes = 64_000;

interface WebhookRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** Aborts the attempt, which then throws. */
  signal: AbortSignal;
}

interface SendResult {
  outcome: AttemptOutcome;
  statusCode: number | null;
  /** The beginning of the response body. */
  response: string | null;
  /** The response's header Retry-After. */
  retryAfter: string | null;
}

/** Sends webhooks to public addresses and to allowed private ranges only. */
export interface WebhookSender {
  send(webhook: WebhookRequest): Promise<SendResult>;
  close(): Promise<void>;
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
  const agent = new Agent({
    connect: buildConnector({ timeout: timeouts.connectMs, lookup: filteringLookup(allowed, resolve) }),
    headersTimeout: timeouts.responseMs,
    bodyTimeout: timeouts.responseMs,
    pipelining: 0,
  });

  async function send({ url, headers, body, signal }: WebhookRequest): Promise<SendResult> {
    if (endpointUrlProblem(url, allowed) !== null) return unanswered('blocked_address');
    try {
      const answer = await request(url, {
        dispatcher: agent,
        method: 'POST',
        headers,
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeouts.totalMs)]),
      });
      return await read(answer);
    } catch (error) {
      signal.throwIfAborted();
      return unanswered(outcomeOfError(error));
    }
  }

  return { send, close: () => agent.close() };
}

const unanswered = (outcome: AttemptOutcome): SendResult => ({
  outcome,
  statusCode: null,
  response: null,
  retryAfter: null,
});

/** Reads at most `readBytes`, because an endless response would block a worker. */
async function read({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<SendResult> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (bytes < keptBytes) chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > readBytes) break;
  }
  const outcome = outcomeOfStatus(statusCode);
  const isTooLarge = outcome === 'delivered' && bytes > readBytes;
  return {
    outcome: isTooLarge ? 'response_too_large' : outcome,
    statusCode,
    response: asText(Buffer.concat(chunks)),
    retryAfter: [headers['retry-after'] ?? null].flat()[0]!,
  };
}

/** Replaces control characters: PostgreSQL's text type rejects NUL, and pages cannot show the others. */
const asText = (bytes: Buffer): string =>
  bytes
    .subarray(0, keptBytes)
    .toString('utf8')
    .replace(/[^\P{Cc}\n\t]/gu, '\ufffd');

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
