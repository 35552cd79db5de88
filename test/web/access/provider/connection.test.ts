import { createServer, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { selfSigned } from '../../../../testing/outside/self-signed.ts';
import { testConnection } from '../../../../web/access/provider/connection.ts';

async function listening(one: Server): Promise<string> {
  await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(one.address() as AddressInfo).port}`;
}

const key = { kty: 'RSA', n: 'AQAB', e: 'AQAB' };
const honest = {
  description: (): unknown => ({ issuer, jwks_uri: `${issuer}/keys` }),
  keys: (): unknown => ({ keys: [key] }),
  answer: (response: ServerResponse, body: unknown) => void response.end(JSON.stringify(body)),
};
const says = { ...honest };
const server = createServer((request, response) =>
  says.answer(response, request.url === '/keys' ? says.keys() : says.description()),
);
const issuer = await listening(server);
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => void Object.assign(says, honest));

const problemOf = async (address = issuer) => {
  const { problem, detail } = await testConnection(address, 500);
  return [problem, detail].filter((part) => part !== null).join(': ');
};
const shifted = (seconds: number) => (response: ServerResponse, body: unknown) =>
  void response
    .setHeader('Date', new Date(Date.now() + seconds * 1_000).toUTCString())
    .end(JSON.stringify(body));

test('a good provider has no problem', async () => {
  expect(await problemOf()).toBe('');
});

test.each<[string, string, Partial<typeof honest>]>([
  ['another issuer', 'other-issuer: https://else', { description: () => ({ issuer: 'https://else' }) }],
  ['no issuer', 'content: issuer', { description: () => ({}) }],
  ['no JSON', 'content', { answer: (response) => void response.end('<html>') }],
  ['null', 'content', { description: () => null }],
  ['an error', 'status: HTTP 404', { answer: (response) => void response.writeHead(404).end() }],
  ['no address of keys', 'content: jwks_uri', { description: () => ({ issuer }) }],
  ['no keys', 'no-keys', { keys: () => ({ keys: [] }) }],
  ['damaged keys', 'keys: keys', { keys: () => ({}) }],
  ['a clock that is late', 'clock: 90 s', { answer: shifted(-90) }],
  ['a clock that is early', 'clock: 90 s', { answer: shifted(90) }],
  ['a clock that is a little late', '', { answer: shifted(-55) }],
  ['silence', 'timeout', { answer: () => undefined }],
])('a provider with %s', async (_, problem, changes) => {
  Object.assign(says, changes);
  expect((await problemOf()).replace(/(89|91) s/, '90 s')).toBe(problem);
});

test('an issuer that cannot be reached, and why', async () => {
  expect(await problemOf('https://issuer.invalid')).toMatch(/^dns: /);
  const closed = createServer();
  const address = await listening(closed);
  await new Promise((resolve) => closed.close(resolve));
  expect(await problemOf(address)).toBe('refused: ECONNREFUSED');
  const untrusted = createSecureServer(selfSigned);
  const { host } = new URL(await listening(untrusted));
  expect(await problemOf(`https://${host}`)).toBe('certificate: DEPTH_ZERO_SELF_SIGNED_CERT');
  untrusted.close();
});
