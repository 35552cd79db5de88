import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll } from 'vitest';

/** A request that a receiver got. */
export interface Received {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

type Answer = (request: Received, response: ServerResponse) => void;

/** Starts a webhook receiver on this machine. It stops after the last test. */
export async function startReceiver(
  answer: Answer = (_request, response) => response.end('ok'),
  port = 0,
  host = '127.0.0.1',
) {
  const received: Received[] = [];
  const server = createServer(listener(received, (...args) => receiver.answer(...args)));
  const receiver = { ...(await listening(server, 'http', port, host)), received, answer };
  return receiver;
}

/** Starts two receivers on one port of two addresses. Tries other ports while the second is in use. */
export async function startReceiversAt(first: string, second: string) {
  for (;;) {
    const one = await startReceiver(undefined, 0, first);
    try {
      return [one, await startReceiver(undefined, one.port, second)] as const;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      await one.stop();
    }
  }
}

/** Starts a receiver over TLS with an untrusted certificate. */
export async function startTlsReceiver({ key, cert }: { key: string; cert: string }) {
  const received: Received[] = [];
  const server = createTlsServer(
    { key, cert },
    listener(received, (_request, response) => response.end('ok')),
  );
  return { ...(await listening(server, 'https', 0)), received };
}

const listener =
  (received: Received[], answer: Answer): RequestListener =>
  async (request: IncomingMessage, response) => {
    const body = await text(request);
    const { method = '', url: path = '' } = request;
    const entry = { method, path, headers: request.headers as Record<string, string>, body };
    received.push(entry);
    answer(entry, response);
  };

async function listening(server: Server, scheme: string, port: number, host = '127.0.0.1') {
  let connections = 0;
  server.on('connection', () => connections++);
  server.listen(port, host);
  await once(server, 'listening');
  const { port: actual } = server.address() as AddressInfo;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  afterAll(stop);
  return { url: `${scheme}://${host}:${actual}/hooks`, port: actual, connections: () => connections, stop };
}
