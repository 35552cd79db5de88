import { hostname } from 'node:os';
import { describe, expect, test } from 'vitest';
import { type Resolver, webhookSender } from '../../activities/webhooks/sender.ts';
import { allowedRanges } from '../../database/webhooks/address.ts';
import { forbiddenAddresses, writingsOfThisMachine } from '../../testing/outside/addresses.ts';
import { startReceiver, startReceiversAt, startTlsReceiver } from '../../testing/outside/receiver.ts';
import { selfSigned } from '../../testing/outside/self-signed.ts';

const timeouts = { connectMs: 1_000, responseMs: 400, totalMs: 1_000 };
const trusting = webhookSender(allowedRanges(['127.0.0.1']), { timeouts });
/** With the default timeouts, because the system resolver may be slow. */
const strict = webhookSender(allowedRanges([]));

const letter = (url: string) => ({
  url,
  headers: { 'content-type': 'application/json', 'webhook-id': 'evt_1' },
  body: '{"type":"user.offboarded"}',
  signal: new AbortController().signal,
});
const send = (url: string) => trusting.send(letter(url));

describe('an endpoint that', () => {
  test('responds 200 has received the event, once', async () => {
    const { url, received } = await startReceiver();
    expect(await send(url)).toEqual({
      outcome: 'delivered',
      statusCode: 200,
      response: 'ok',
      retryAfter: null,
    });
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      method: 'POST',
      path: '/hooks',
      body: '{"type":"user.offboarded"}',
      headers: { 'content-type': 'application/json', 'webhook-id': 'evt_1' },
    });
  });

  test.each([
    [204, 'delivered'],
    [400, 'http_error'],
    [404, 'http_error'],
    [410, 'gone'],
    [429, 'throttled'],
    [500, 'http_error'],
  ])('responds %i: %s', async (status, outcome) => {
    const { url } = await startReceiver((_request, response) => response.writeHead(status).end());
    expect(await send(url)).toMatchObject({ outcome, statusCode: status });
  });

  test.each([301, 302, 303, 307, 308])('redirects with %i is not followed', async (status) => {
    const target = await startReceiver();
    const { url } = await startReceiver((_request, response) =>
      response.writeHead(status, { location: target.url }).end(),
    );
    expect(await send(url)).toMatchObject({ outcome: 'redirected', statusCode: status });
    expect(target.connections()).toBe(0);
  });

  test('asks to wait has its Retry-After passed on unchanged', async () => {
    const { url } = await startReceiver((_request, response) =>
      response.writeHead(429, { 'retry-after': '120' }).end(),
    );
    expect(await send(url)).toMatchObject({ outcome: 'throttled', retryAfter: '120' });
  });

  test('responds at length has the start stored, without NUL characters', async () => {
    const { url } = await startReceiver((_request, response) => response.end(`\0${'ä'.repeat(5_000)}`));
    const { outcome, response } = await send(url);
    expect(outcome).toBe('delivered');
    expect(Buffer.byteLength(response!)).toBeLessThanOrEqual(1_010);
    expect(response).toMatch(/^\ufffdää/);
  });

  test('responds without end is cut off', async () => {
    let written = 0;
    const { url } = await startReceiver((_request, response) => {
      const timer = setInterval(() => {
        response.write('x'.repeat(100_000));
        written += 100_000;
      }, 5);
      response.on('close', () => clearInterval(timer));
    });
    expect(await send(url)).toMatchObject({ outcome: 'response_too_large', statusCode: 200 });
    expect(written).toBeLessThan(5_000_000);
  });

  test('responds not at all, or never to the end, has timed out', async () => {
    const silent = await startReceiver(() => {});
    expect(await send(silent.url)).toMatchObject({ outcome: 'timed_out', statusCode: null, response: null });
    const dripping = await startReceiver((_request, response) => {
      const timer = setInterval(() => response.write('.'), 50);
      response.on('close', () => clearInterval(timer));
    });
    expect(await send(dripping.url)).toMatchObject({ outcome: 'timed_out' });
  });

  test('is down, unknown or closes the connection has a named outcome', async () => {
    const gone = await startReceiver();
    await gone.stop();
    expect((await send(gone.url)).outcome).toBe('connection_failed');
    expect((await strict.send(letter('https://nowhere.invalid/hooks'))).outcome).toBe('dns_failed');
    const hangingUp = await startReceiver((_request, response) => response.destroy());
    expect((await send(hangingUp.url)).outcome).toBe('connection_failed');
  });

  test('has an untrusted certificate gets nothing', async () => {
    const { url, received } = await startTlsReceiver(selfSigned);
    expect((await send(url)).outcome).toBe('tls_failed');
    expect(received).toEqual([]);
  });
});

describe('nothing is sent', () => {
  test('without TLS to a host name, even when its address is allowed', async () => {
    expect((await send('http://example.com/hooks')).outcome).toBe('blocked_address');
  });

  test('when the worker stops, so that another worker retries', async () => {
    const { url } = await startReceiver(() => {});
    const stopping = new AbortController();
    const sent = trusting.send({ ...letter(url), signal: stopping.signal });
    stopping.abort(new Error('stopping'));
    await expect(sent).rejects.toThrow('stopping');
  });
});

describe.each(['http', 'https'] as const)('to this machine, over %s, nothing is sent', (scheme) => {
  const start = () => (scheme === 'http' ? startReceiver() : startTlsReceiver(selfSigned));

  test.each(writingsOfThisMachine)('with the host written as %s', async (host) => {
    const { port, connections } = await start();
    const sent = await strict.send(letter(`${scheme}://${host}:${port}/hooks`));
    expect(sent).toMatchObject({ outcome: 'blocked_address', statusCode: null });
    expect(connections()).toBe(0);
  });

  test.each(['ip6-localhost', 'localhost.localdomain', hostname()])('by the host name %s', async (name) => {
    const { port, connections } = await start();
    const { outcome } = await strict.send(letter(`${scheme}://${name}:${port}/hooks`));
    expect(['blocked_address', 'dns_failed']).toContain(outcome);
    expect(connections()).toBe(0);
  });
});

describe('a host name that resolves to', () => {
  /** A sender whose resolver returns the given answers in order, and then repeats the last one. */
  function leadingTo(allowed: string[], ...answers: string[][]) {
    const asked: string[] = [];
    const resolve: Resolver = (hostname, _options, callback) => {
      const answer = answers[Math.min(asked.push(hostname), answers.length) - 1]!;
      callback(
        null,
        answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    };
    const sender = webhookSender(allowedRanges(allowed), { timeouts, resolve });
    return { sender, asked };
  }

  test.each(forbiddenAddresses)('%s gets nothing', async (address) => {
    const { sender, asked } = leadingTo([], [address]);
    expect(await sender.send(letter('https://hooks.example/'))).toMatchObject({
      outcome: 'blocked_address',
    });
    expect(asked).toEqual(['hooks.example']);
  });

  test('a private and an allowed address is called only at the allowed one', async () => {
    const [forbidden, allowed] = await startReceiversAt('127.0.0.2', '127.0.0.1');
    const { sender } = leadingTo(['127.0.0.1'], ['127.0.0.2', '127.0.0.1', '::1']);
    for (let tries = 0; tries < 3; tries++) {
      const sent = await sender.send(letter(`http://localhost:${forbidden.port}/hooks`));
      expect(sent.outcome).toBe('delivered');
    }
    expect(allowed.received).toHaveLength(3);
    expect(forbidden.connections()).toBe(0);
  });

  test('another address on the next attempt is checked again', async () => {
    const [elsewhere, here] = await startReceiversAt('127.0.0.2', '127.0.0.1');
    const { sender, asked } = leadingTo(['127.0.0.1'], ['127.0.0.1'], ['127.0.0.2']);
    const url = `http://localhost:${elsewhere.port}/hooks`;
    expect((await sender.send(letter(url))).outcome).toBe('delivered');
    expect((await sender.send(letter(url))).outcome).toBe('blocked_address');
    expect(here.received).toHaveLength(1);
    expect(elsewhere.connections()).toBe(0);
    expect(asked).toEqual(['localhost', 'localhost']);
  });

  test('changing addresses is resolved once, so check and connection use the same address', async () => {
    const { port, connections } = await startTlsReceiver(selfSigned);
    const { sender, asked } = leadingTo(['127.0.0.1'], ['127.0.0.1'], ['127.0.0.2']);
    expect((await sender.send(letter(`https://hooks.example:${port}/`))).outcome).toBe('tls_failed');
    expect(connections()).toBe(1);
    expect(asked).toEqual(['hooks.example']);
  });

  test('a private address over TLS gets no connection', async () => {
    const { port, connections } = await startTlsReceiver(selfSigned);
    const { sender } = leadingTo([], ['127.0.0.1']);
    expect((await sender.send(letter(`https://hooks.example:${port}/`))).outcome).toBe('blocked_address');
    expect(connections()).toBe(0);
  });
});
