import { connect, createServer } from 'node:net';

const loopbackHost = '127.0.0.1';

/** A port of 127.0.0.1 that is free now. */
export function freePort(): Promise<number> {
  return listenBriefly(0, loopbackHost);
}

/** Whether a server could listen there. Throws for an address that is not this machine's. */
export async function isFree(port: number, host: string = loopbackHost): Promise<boolean> {
  try {
    await listenBriefly(port, host);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
}

/** The wanted port or, if it is taken, the next free one. */
export async function nextFreePort(wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + 100 && port <= 65535; port++) {
    if (await isFree(port)) return port;
  }
  return freePort();
}

/** Whether a server listens on that port of 127.0.0.1. */
export function isServed(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: loopbackHost });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

function listenBriefly(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}
