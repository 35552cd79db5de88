import { connect, createServer } from 'node:net';

const INNER_HOST = '127.0.0.1';

/** A port of 127.0.0.1 that nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return listenBriefly(0, INNER_HOST);
}

/** Whether a server could listen there; an address that is not this machine's throws. */
export async function isFree(port: number, host: string = INNER_HOST): Promise<boolean> {
  try {
    await listenBriefly(port, host);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
}

/** The wanted port or, if somebody has it, the next one that is free. */
export async function nextFreePort(wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + 100 && port <= 65535; port++) {
    if (await isFree(port)) return port;
  }
  return freePort();
}

/** Whether somebody listens on that port of 127.0.0.1. */
export function isServed(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: INNER_HOST });
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
