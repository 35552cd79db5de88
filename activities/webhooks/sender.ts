import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, buildConnector, type Dispatcher, request } from 'undici';
import { type AllowedRanges, endpointUrlProblem, mayReach } from '../../database/webhooks/address.ts';
import { type AttemptOutcome, outcomeOfStatus } from '../../domain/webhooks/attempts.ts';
import { BlockedAddress, outcomeOfError } from './outcomes.ts';

/** How long an endpoint may take, in milliseconds: to accept the connection, for each part of its answer, in all. */
export interface Patience {
  connect: number;
  answer: number;
  total: number;
}
const usualPatience: Patience = { connect: 10_000, answer: 15_000, total: 20_000 };

/** What is kept of an answer, and what is read of it, in bytes. */
const keptBytes = 1_000;
const readBytes = 64_000;

export interface WebhookRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** Ends the try early; it then throws instead of answering. */
  signal: AbortSignal;
}

export interface Sent {
  outcome: AttemptOutcome;
  statusCode: number | null;
  /** The beginning of the answer. */
  response: string | null;
  /** The answer's header Retry-After. */
  retryAfter: string | null;
}

/** Sends webhooks to addresses that the whole internet can reach, or that are allowed by name, and to no others. */
export interface WebhookSender {
  send(letter: WebhookRequest): Promise<Sent>;
  close(): Promise<void>;
}

/** What a sender finds hosts with: `lookup` of `node:dns`, asked for all addresses. */
export type Resolver = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * The address is judged as it is written and again as it is connected to, after the look-up, so that no name
 * can point elsewhere in between. Each try makes a connection of its own.
 */
export function webhookSender(
  allowed: AllowedRanges,
  { patience = usualPatience, resolve = lookup as Resolver } = {},
): WebhookSender {
  const agent = new Agent({
    connect: buildConnector({ timeout: patience.connect, lookup: filteringLookup(allowed, resolve) }),
    headersTimeout: patience.answer,
    bodyTimeout: patience.answer,
    pipelining: 0,
  });

  async function send({ url, headers, body, signal }: WebhookRequest): Promise<Sent> {
    if (endpointUrlProblem(url, allowed) !== null) return unanswered('blocked_address');
    try {
      const answer = await request(url, {
        dispatcher: agent,
        method: 'POST',
        headers,
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(patience.total)]),
      });
      return await read(answer);
    } catch (error) {
      signal.throwIfAborted();
      return unanswered(outcomeOfError(error));
    }
  }

  return { send, close: () => agent.close() };
}

const unanswered = (outcome: AttemptOutcome): Sent => ({
  outcome,
  statusCode: null,
  response: null,
  retryAfter: null,
});

/** Reads no more of an answer than is worth reading: an endless one would hold a worker. */
async function read({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<Sent> {
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

/** PostgreSQL's text takes no NUL, and a page no other control character. */
const asText = (bytes: Buffer): string =>
  bytes
    .subarray(0, keptBytes)
    .toString('utf8')
    .replace(/[^\P{Cc}\n\t]/gu, '\ufffd');

/** Looks a name up and keeps only the addresses that may be reached. It is not asked about literal addresses. */
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
