import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** A response, read from the bytes of its connection. */
export interface RawResponse {
  status: number;
  headers: string;
  body: string;
}

/** Sends these lines as an HTTP request, because `fetch` refuses to send some of them. */
export async function rawRequest(address: string, lines: string[]): Promise<RawResponse> {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write([...lines, 'Connection: close', '', ''].join('\r\n'), 'latin1');
  const [head = '', body = ''] = (await text(socket)).split(/\r\n\r\n(.*)/s);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
  return { status, headers: head.slice(head.indexOf('\r\n') + 2).toLowerCase(), body };
}
