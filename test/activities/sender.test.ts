import { hostname } from 'node:os';
import { afterAll, describe, expect, it } from 'vitest';
import { webhookSender } from '../../activities/webhooks/sender.ts';
import { allowedRanges } from '../../database/webhook-address.ts';
import { startReceiver, startTlsReceiver } from '../support/receiver.ts';
import { selfSigned } from '../support/self-signed.ts';

const patience = { connect: 1_000, answer: 400, total: 1_000 };
const trusting = webhookSender(allowedRanges(['127.0.0.1']), patience);
const strict = webhookSender(allowedRanges([]), patience);
afterAll(() => Promise.all([trusting.close(), strict.close()]));

const letter = (url: string) => ({
  url,
  headers: { 'webhook-id': 'evt_1' },
  body: '{"type":"user.offboarded"}',
  signal: new AbortController().signal,
});
const send = (url: string) => trusting.send(letter(url));

describe('an endpoint that', () => {
  it('answers 200 has taken the event, once', async () => {
    const { url, received } = await startReceiver();
    expect(await send(url)).toEqual({ outcome: 'delivered', statusCode: 200, response: 'ok' });
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      method: 'POST',
      path: '/hooks',
      body: '{"type":"user.offboarded"}',
      headers: { 'content-type': 'application/json', 'webhook-id': 'evt_1' },
    });
  });

  it.each([
    [204, 'delivered'],
    [400, 'http_error'],
    [404, 'http_error'],
    [410, 'gone'],
    [429, 'http_error'],
    [500, 'http_error'],
  ])('answers %i: %s', async (status, outcome) => {
    const { url } = await startReceiver((_request, response) => response.writeHead(status).end());
    expect(await send(url)).toMatchObject({ outcome, statusCode: status });
  });

  it('redirects is not followed', async () => {
    const target = await startReceiver();
    const { url } = await startReceiver((_request, response) =>
      response.writeHead(307, { location: target.url }).end(),
    );
    expect(await send(url)).toMatchObject({ outcome: 'redirected', statusCode: 307 });
    expect(target.received).toEqual([]);
  });

  it('says much has the beginning kept, without what PostgreSQL cannot hold', async () => {
    const { url } = await startReceiver((_request, response) => response.end(`\0${'ä'.repeat(5_000)}`));
    const { outcome, response } = await send(url);
    expect(outcome).toBe('delivered');
    expect(Buffer.byteLength(response!)).toBeLessThanOrEqual(1_010);
    expect(response).toMatch(/^\ufffdää/);
  });

  it('says far too much is cut off', async () => {
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

  it('does not answer, or not to the end, has timed out', async () => {
    const silent = await startReceiver(() => {});
    expect(await send(silent.url)).toEqual({ outcome: 'timed_out', statusCode: null, response: null });
    const dripping = await startReceiver((_request, response) => {
      const timer = setInterval(() => response.write('.'), 50);
      response.on('close', () => clearInterval(timer));
    });
    expect(await send(dripping.url)).toMatchObject({ outcome: 'timed_out' });
  });

  it('is not there, or nobody knows, or hangs up, is named so', async () => {
    const gone = await startReceiver();
    await gone.stop();
    expect((await send(gone.url)).outcome).toBe('connection_failed');
    expect((await send('https://nowhere.invalid/hooks')).outcome).toBe('dns_failed');
    const hangingUp = await startReceiver((_request, response) => response.destroy());
    expect((await send(hangingUp.url)).outcome).toBe('connection_failed');
  });

  it('shows a certificate that nobody trusts gets nothing', async () => {
    const { url, received } = await startTlsReceiver(selfSigned);
    expect((await send(url)).outcome).toBe('tls_failed');
    expect(received).toEqual([]);
  });
});

describe('nothing is sent', () => {
  it.each([
    'http://127.0.0.1',
    'http://localhost',
    'http://2130706433',
    'http://0x7f.1',
    'http://[::ffff:127.0.0.1]',
  ])('to %s, which is this machine', async (host) => {
    const { port, received } = await startReceiver();
    expect(await strict.send(letter(`${host}:${port}/hooks`))).toMatchObject({ outcome: 'blocked_address' });
    expect(received).toEqual([]);
  });

  it('over TLS to this machine either, by address or by a name that leads here', async () => {
    const { port, received } = await startTlsReceiver(selfSigned);
    for (const host of ['127.0.0.1', 'localhost', 'localhost.', 'ip6-localhost', hostname()]) {
      const { outcome } = await strict.send(letter(`https://${host}:${port}/hooks`));
      expect(['blocked_address', 'dns_failed']).toContain(outcome);
    }
    expect(received).toEqual([]);
  });

  it('without TLS to a name, even when its address is allowed', async () => {
    expect((await send('http://example.com/hooks')).outcome).toBe('blocked_address');
  });

  it('any more once the worker stops: the try is made again elsewhere', async () => {
    const { url } = await startReceiver(() => {});
    const stopping = new AbortController();
    const sent = trusting.send({ ...letter(url), signal: stopping.signal });
    stopping.abort(new Error('stopping'));
    await expect(sent).rejects.toThrow('stopping');
  });
});
