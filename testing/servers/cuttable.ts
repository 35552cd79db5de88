import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll } from 'vitest';

/** A line to a server that a test can cut and mend. */
export interface CuttableLine {
  /** Where clients connect to, instead of to the server itself. */
  port: number;
  /** Ends every connection, and lets no new one through. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** Carries nothing any more on the connections that there are, and tells neither side. New ones are as before. */
  hush(): void;
  /** The same, and the server is not told either when a client ends: its machine has vanished. */
  strand(): void;
}

/** Lays a line to a server on this machine. It is mended at first; it goes after the file's last test. */
export async function cuttableLine(serverPort: number): Promise<CuttableLine> {
  const sockets = new Set<Socket>();
  let server: Server;

  const carry = (client: Socket) => {
    const upstream = connect(serverPort, '127.0.0.1');
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  };

  async function listen(port: number) {
    server = createServer(carry);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return (server.address() as { port: number }).port;
  }

  async function cut() {
    if (!server.listening) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  function hush() {
    for (const socket of sockets) socket.unpipe().pause();
  }

  function strand() {
    hush();
    for (const socket of sockets)
      socket.removeAllListeners('close').on('close', () => sockets.delete(socket));
  }

  const port = await listen(0);
  afterAll(cut);
  return { port, cut, hush, strand, mend: async () => void (await listen(port)) };
}
