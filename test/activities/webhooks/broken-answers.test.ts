import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { webhookSender } from '../../../activities/webhooks/sender.ts';
import { allowedRanges } from '../../../database/webhooks/address.ts';
import { startRawReceiver } from '../../../testing/outside/raw-receiver.ts';
import { startReceiver } from '../../../testing/outside/receiver.ts';

const timeouts = { connectMs: 1_000, responseMs: 400, totalMs: 1_000 };
const sender = webhookSender(allowedRanges(['127.0.0.1']), { timeouts });
const send = (url: string) =>
  sender.send({ url, headers: { 'webhook-id': 'evt_1' }, body: '{}', signal: new AbortController().signal });

const answering = async (answer: Parameters<typeof startRawReceiver>[0]) => {
  const { url, requests } = await startRawReceiver(answer);
  return { ...(await send(url)), requests: requests() };
};

describe('an answer that broke off shows the status that was read (E8)', () => {
  const half = 'HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nhalf';

  test.each([
    ['an end in the body', half, 'half'],
    ['no last chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n', 'half'],
    ['garbage in the chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n', ''],
    ['an end in the headers', 'HTTP/1.1 200 OK\r\nContent-Le', ''],
  ])('%s', async (_what, bytes, response) => {
    expect(await answering(bytes)).toMatchObject({ outcome: 'broke_off', statusCode: 200, response });
  });

  test('a reset in the body', async () => {
    const sent = await answering((socket) =>
      socket.write(half, () => setTimeout(() => socket.resetAndDestroy(), 50)),
    );
    expect(sent).toMatchObject({ outcome: 'broke_off', statusCode: 200, response: 'half' });
  });

  test('with the time that the endpoint asked to wait', async () => {
    const bytes = 'HTTP/1.1 503 Later\r\nRetry-After: 120\r\nContent-Length: 90\r\n\r\n';
    expect(await answering(bytes)).toMatchObject({
      outcome: 'broke_off',
      statusCode: 503,
      retryAfter: '120',
    });
  });

  test('a body that drips has timed out, after its status', async () => {
    const dripping = await startReceiver((_request, response) => {
      const timer = setInterval(() => response.write('.'), 50);
      response.on('close', () => clearInterval(timer));
    });
    expect(await send(dripping.url)).toMatchObject({
      outcome: 'timed_out',
      statusCode: 200,
      response: expect.stringMatching(/^\.+$/),
    });
  });
});

describe('an answer that is not HTTP is named as that (E8)', () => {
  test.each([
    ['another protocol', '220 mail.example ESMTP\r\n', null],
    ['both lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok', 200],
    ['headers over 16 kB', `HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(17_000)}\r\n\r\n`, 200],
    ['a header without a name', 'HTTP/1.1 500 Oh\r\n: x\r\n\r\n', 500],
  ])('%s', async (_what, bytes, statusCode) => {
    expect(await answering(bytes)).toMatchObject({ outcome: 'not_http', statusCode });
  });

  test('no byte at all is no connection', async () => {
    expect(await answering((socket) => socket.destroy())).toMatchObject({
      outcome: 'connection_failed',
      statusCode: null,
    });
  });
});

describe('a compressed answer is named, not shown (E8)', () => {
  test.each([
    [{ 'content-encoding': 'gzip' }, 'Compressed (gzip), not shown.'],
    [{ 'content-encoding': 'br' }, 'Compressed (br), not shown.'],
    [{}, 'Compressed (gzip), not shown.'],
  ])('with the headers %j', async (headers, response) => {
    const { url } = await startReceiver((_request, answer) =>
      answer.writeHead(200, headers as Record<string, string>).end(gzipSync('thank you')),
    );
    expect(await send(url)).toMatchObject({ outcome: 'delivered', statusCode: 200, response });
  });

  test('unless there is nothing, or it says that it is not compressed', async () => {
    const empty = await startReceiver((_request, answer) =>
      answer.writeHead(200, { 'content-encoding': 'gzip' }).end(),
    );
    expect(await send(empty.url)).toMatchObject({ response: '' });
    const plain = await startReceiver((_request, answer) =>
      answer.writeHead(200, { 'content-encoding': 'identity' }).end('ok'),
    );
    expect(await send(plain.url)).toMatchObject({ response: 'ok' });
  });
});
