import { connect, createServer, type Server, type Socket } from 'node:net';

/** Which way bytes go. */
export type Direction = 'there' | 'back';

/** One connection over a line. */
export interface Call {
  /** Ends it at both ends at once, as a broken cable that somebody notices (RST). */
  reset(): void;
}

/**
 * Looks at what is about to go over a line, and may take its time: it goes on when this resolves, unless the call
 * has been reset by then.
 */
export type Tap = (bytes: Buffer, direction: Direction, call: Call) => Promise<void> | void;

/** How a line behaves towards everything that goes over it. */
export interface LineFaults {
  /** How long every piece is held up, in milliseconds. */
  delayMs: number;
  /** Nothing comes through, in neither direction, and nobody is told. */
  isDark: boolean;
}

/** A line between two parts of Lastday, laid so that it can be disturbed. */
export interface Line {
  /** Where clients connect to, instead of to the server itself. */
  port: number;
  weather: LineFaults;
  /** One at a time; see `Tap`. */
  tap: Tap | null;
  /** How many connections there are. */
  calls(): number;
  /** Resets every connection; new ones come through. */
  reset(): void;
  close(): Promise<void>;
}

/** Lays a line to a server on this machine. */
export async function layLine(serverPort: number): Promise<Line> {
  const open = new Set<Call>();
  const weather: LineFaults = { delayMs: 0, isDark: false };

  function carry(client: Socket) {
    const server = connect(serverPort, '127.0.0.1');
    const call: Call = {
      reset() {
        open.delete(call);
        client.resetAndDestroy();
        server.resetAndDestroy();
      },
    };
    open.add(call);
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', () => call.reset());
    }
    pump(client, server, 'there', call);
    pump(server, client, 'back', call);
  }

  /** Piece by piece and in order: the next piece waits for the one before it. */
  async function pump(from: Socket, to: Socket, direction: Direction, call: Call) {
    try {
      for await (const bytes of from) {
        if (weather.delayMs > 0) await pause(weather.delayMs);
        while (weather.isDark && open.has(call)) await pause(20);
        await line.tap?.(bytes, direction, call);
        if (!open.has(call)) return;
        if (!to.write(bytes)) await drained(to);
      }
    } catch {
      // The call was reset.
    }
    to.end();
    if (to.destroyed || from.destroyed) open.delete(call);
  }

  const server = createServer(carry);
  const line: Line = {
    port: await listen(server),
    weather,
    tap: null,
    calls: () => open.size,
    reset() {
      for (const call of [...open]) call.reset();
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      line.reset();
      await closed;
    },
  };
  return line;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const drained = (socket: Socket) =>
  new Promise<void>((resolve) => {
    socket.once('drain', resolve);
    socket.once('close', resolve);
  });

const listen = (server: Server) =>
  new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  );
