import type { Server } from 'node:http';

/** Running requests are cut off after this, in milliseconds. */
const timeoutMs = 10_000;

/** How often idle keep-alive connections are closed, in milliseconds. */
const intervalMs = 50;

/** Refuses new connections, waits for running requests, and resolves when the last connection is closed. */
export async function shutDownGracefully(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  const interval = setInterval(() => server.closeIdleConnections(), intervalMs);
  const timeout = setTimeout(() => server.closeAllConnections(), timeoutMs);
  await closed;
  clearInterval(interval);
  clearTimeout(timeout);
}
