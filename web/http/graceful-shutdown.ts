import type { Server } from 'node:http';

/** How long open requests may take to finish, in milliseconds. */
const patienceMs = 10_000;

/** How often connections are looked at that are kept open without a request, in milliseconds. */
const everyMs = 50;

/** Takes no new connection, lets the requests that run be answered, and resolves when the last has gone. */
export async function shutDownGracefully(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  const closing = setInterval(() => server.closeIdleConnections(), everyMs);
  const breakingOff = setTimeout(() => server.closeAllConnections(), patienceMs);
  await closed;
  clearInterval(closing);
  clearTimeout(breakingOff);
}
