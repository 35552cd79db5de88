import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** The endpoint took longer than the timeouts allow. */
export class TimedOut extends Error {
  override name = 'TimedOut';
}

/** The endpoint sent more than is read before its final response. */
export class TooLarge extends Error {
  override name = 'TooLarge';
}

/** How long an endpoint may take: to connect, for each part of its response, and in total. In milliseconds. */
export interface Timeouts {
  connectMs: number;
  responseMs: number;
  totalMs: number;
}

interface Post {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** Aborts the exchange. */
  signal: AbortSignal;
}

/** A POST and what came back, as far as it came. */
export interface Exchange {
  /** The status, also of a response that broke off later; null when none was read. */
  statusCode: number | null;
  headers: IncomingHttpHeaders;
  /** The beginning of the body, and how many bytes of it were read. */
  body: Buffer;
  bytes: number;
  /** Whether any part of a response came. */
  hasAnswered: boolean;
  /** Why the exchange ended early; null when it did not. */
  error: unknown;
}

/** How much of a response is kept, and how much is read at most, because an endless one would block a worker. */
const keptBytes = 1_000;
export const readBytes = 64_000;

/**
 * Posts over a connection of its own, without a proxy, and reads the final response. Node's client skips every interim
 * response (1xx); undici's refuses a 100 that it did not ask for.
 */
export async function exchange(
  post: Post,
  { timeouts, lookup }: { timeouts: Timeouts; lookup: LookupFunction },
): Promise<Exchange> {
  const late = new AbortController();
  const signal = AbortSignal.any([post.signal, late.signal]);
  const timer = setTimeout(() => late.abort(), timeouts.totalMs);
  const result: Exchange = {
    statusCode: null,
    headers: {},
    body: Buffer.alloc(0),
    bytes: 0,
    hasAnswered: false,
    error: null,
  };
  const request = start({ ...post, signal }, lookup);
  const head = watch(request, timeouts, late);
  try {
    await readInto(result, await responseTo(request));
  } catch (error) {
    result.error = late.signal.aborted ? new TimedOut() : error;
    result.hasAnswered ||= head() !== '';
    result.statusCode ??= statusIn(head());
  } finally {
    clearTimeout(timer);
    request.destroy();
  }
  return result;
}

function start({ url, headers, body, signal }: Post, lookup: LookupFunction): http.ClientRequest {
  const { Agent, request } = new URL(url).protocol === 'https:' ? https : http;
  const sent = request(url, {
    agent: new Agent({ keepAlive: false }),
    method: 'POST',
    headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
    lookup,
    signal,
  });
  // An error after the response would end the process without a listener.
  return sent.on('error', () => {}).end(body);
}

/** How much of the beginning of a response is watched, in characters: as much as Node reads of its headers. */
const watchedHead = 16_384;

/**
 * Ends the request when it takes too long, or sends too much before its final response. Returns a function that tells the
 * first bytes that came.
 */
function watch(request: http.ClientRequest, timeouts: Timeouts, late: AbortController): () => string {
  let head = '';
  let unanswered = 0;
  // Node adds a listener for each interim response; their number is limited below.
  request.setMaxListeners(0);
  request.once('response', () => {
    unanswered = Number.NEGATIVE_INFINITY;
  });
  const connecting = setTimeout(() => late.abort(), timeouts.connectMs);
  request.setTimeout(timeouts.responseMs, () => late.abort());
  request.once('close', () => clearTimeout(connecting));
  request.once('socket', (socket: Socket) => {
    const connected = 'encrypted' in socket ? 'secureConnect' : 'connect';
    socket.once(connected, () => clearTimeout(connecting));
    socket.on('data', (bytes: Buffer) => {
      if (head.length < watchedHead) head += bytes.toString('latin1');
      unanswered += bytes.length;
      if (unanswered > readBytes) request.destroy(new TooLarge());
    });
  });
  return () => head;
}

const responseTo = (request: http.ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request.once('response', resolve);
    // A 101 that nobody asked for: Node hands the connection over, which is of no use, but the status is known.
    request.once('upgrade', (response: IncomingMessage, socket: Duplex) => {
      socket.destroy();
      resolve(response);
    });
    request.once('error', reject);
  });

async function readInto(result: Exchange, response: IncomingMessage): Promise<void> {
  result.statusCode = response.statusCode!;
  result.headers = response.headers;
  result.hasAnswered = true;
  if (response.statusCode === 101) return;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    const room = keptBytes - result.body.length;
    if (room > 0) result.body = Buffer.concat([result.body, chunk.subarray(0, room)]);
    result.bytes += chunk.length;
    if (result.bytes > readBytes) break;
  }
}

/** The final status in the head of a response that Node's parser refused. */
function statusIn(head: string): number | null {
  const [, status] = /^HTTP\/1\.[01] ([2-9]\d\d)\b/m.exec(head) ?? [];
  return status === undefined ? null : Number(status);
}
