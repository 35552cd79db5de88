import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll } from 'vitest';

/** To the server, or back to the client. */
type Direction = 'there' | 'back';

/** One connection through a proxy. */
export interface ProxyConnection {
  /** Ends it towards client and server with a TCP reset (RST). */
  reset(): void;
}

/** Sees bytes before they are forwarded. They are held back until it resolves, and dropped if the connection was reset. */
type Tap = (bytes: Buffer, direction: Direction, connection: ProxyConnection) => Promise<void> | void;

/** Faults of every connection, the ones to come included. */
interface ProxyFaults {
  /** How long each piece of data is delayed, in milliseconds. */
  delayMs: number;
  /** Holds all data back in both directions while it is true; client and server get no error. */
  isBlackholed: boolean;
}

/** A TCP proxy in front of a server, through which a test causes network faults. */
export interface TcpProxy {
  /** Where clients connect to, instead of to the server itself. */
  port: number;
  faults: ProxyFaults;
  tap: Tap | null;
  connectionCount(): number;
  /** Resets every connection; new ones are forwarded. */
  reset(): void;
  /** Closes every connection, and accepts no new one until `restore`. */
  cut(): Promise<void>;
  restore(): Promise<void>;
  /** Forwards nothing any more on the present connections, without an error. New ones work. */
  blackhole(): void;
  /** The same, and the server does not learn that a client has ended: its machine has vanished. */
  halfOpen(): void;
}

interface Forwarded extends ProxyConnection {
  isBlackholed: boolean;
  isHalfOpen: boolean;
}

/** Starts a proxy to a server on this machine. It closes after the file's last test. */
export async function startTcpProxy(serverPort: number): Promise<TcpProxy> {
  const open = new Set<Forwarded>();
  const sockets = new Set<Socket>();
  const faults: ProxyFaults = { delayMs: 0, isBlackholed: false };
  let listener: Server;

  function forward(client: Socket) {
    const server = connect(serverPort, '127.0.0.1');
    const connection: Forwarded = {
      isBlackholed: false,
      isHalfOpen: false,
      reset() {
        open.delete(connection);
        client.resetAndDestroy();
        server.resetAndDestroy();
      },
    };
    open.add(connection);
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => connection.isHalfOpen || connection.reset());
    }
    pump(client, server, 'there', connection);
    pump(server, client, 'back', connection);
  }

  /** Forwards the pieces in their order: each waits for the one before it. */
  async function pump(from: Socket, to: Socket, direction: Direction, connection: Forwarded) {
    const isHeld = () => (faults.isBlackholed || connection.isBlackholed) && open.has(connection);
    try {
      for await (const bytes of from) {
        if (faults.delayMs > 0) await pause(faults.delayMs);
        while (isHeld()) await pause(20);
        await proxy.tap?.(bytes, direction, connection);
        if (!open.has(connection)) return;
        if (!to.write(bytes)) await drained(to);
      }
    } catch {
      // The connection was reset.
    }
    if (connection.isHalfOpen) return;
    if (connection.isBlackholed) to.destroy();
    else to.end();
    if (to.destroyed || from.destroyed) open.delete(connection);
  }

  async function listen(port: number): Promise<number> {
    listener = createServer(forward);
    await new Promise<void>((resolve) => listener.listen(port, '127.0.0.1', resolve));
    return (listener.address() as { port: number }).port;
  }

  const proxy: TcpProxy = {
    port: await listen(0),
    faults,
    tap: null,
    connectionCount: () => open.size,
    reset() {
      for (const connection of [...open]) connection.reset();
    },
    async cut() {
      if (!listener.listening) return;
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
      open.clear();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    async restore() {
      await listen(proxy.port);
    },
    blackhole() {
      for (const connection of open) connection.isBlackholed = true;
    },
    halfOpen() {
      for (const connection of open) Object.assign(connection, { isBlackholed: true, isHalfOpen: true });
    },
  };
  afterAll(proxy.cut);
  return proxy;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const drained = (socket: Socket) =>
  new Promise<void>((resolve) => {
    socket.once('drain', resolve);
    socket.once('close', resolve);
  });
