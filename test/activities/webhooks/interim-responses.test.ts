import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { webhookSender } from '../../../activities/webhooks/sender.ts';
import { allowedRanges } from '../../../database/webhooks/address.ts';
import { startRawReceiver } from '../../../testing/outside/raw-receiver.ts';

const timeouts = { connectMs: 1_000, responseMs: 400, totalMs: 1_000 };
const sender = webhookSender(allowedRanges(['127.0.0.1']), { timeouts });
const send = (url: string) =>
  sender.send({ url, headers: { 'webhook-id': 'evt_1' }, body: '{}', signal: new AbortController().signal });

const answering = async (answer: Parameters<typeof startRawReceiver>[0]) => {
  const { url, requests } = await startRawReceiver(answer);
  return { ...(await send(url)), requests: requests() };
};

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const delivered = { outcome: 'delivered', statusCode: 200, response: 'ok', retryAfter: null, requests: 1 };

describe('an interim response is skipped (E3)', () => {
  test.each([
    ['100 Continue', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['100 with headers', 'HTTP/1.1 100 Continue\r\nServer: old\r\nContent-Length: 7\r\n\r\n'],
    ['102 and 103', 'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'],
    ['200 times 100', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(200)],
  ])('%s before a 200 is a delivery', async (_what, interim) => {
    expect(await answering(interim + ok)).toEqual(delivered);
  });

  test('however the bytes arrive, the final status counts', async () => {
    const interim = fc.constantFrom(100, 102, 103, 199).map((status) => `HTTP/1.1 ${status} Wait\r\n\r\n`);
    const final = fc.constantFrom(200, 204, 301, 400, 410, 429, 500);
    const answers = fc.tuple(fc.array(interim, { maxLength: 5 }), final, fc.nat(60));
    await fc.assert(
      fc.asyncProperty(answers, async ([before, status, cut]) => {
        const bytes = `${before.join('')}HTTP/1.1 ${status} Final\r\nContent-Length: 0\r\n\r\n`;
        const { statusCode, outcome } = await answering((socket) => {
          socket.setNoDelay().write(bytes.slice(0, cut));
          setTimeout(() => socket.end(bytes.slice(cut)), 5);
        });
        expect(statusCode).toBe(status);
        expect(outcome === 'delivered').toBe(status < 300);
      }),
      { numRuns: 30 },
    );
  });

  test('endless ones time out', async () => {
    const { outcome, statusCode } = await answering((socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 100 Continue\r\n\r\n'), 20);
      socket.on('close', () => clearInterval(timer));
    });
    expect({ outcome, statusCode }).toEqual({ outcome: 'timed_out', statusCode: null });
  });

  test('a flood of them is cut off', async () => {
    const many = 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1_000);
    let sent = 0;
    const { outcome } = await answering((socket) => {
      const more = () => {
        while (!socket.destroyed && socket.write(many)) sent += many.length;
      };
      socket.on('drain', more);
      more();
    });
    expect(outcome).toBe('response_too_large');
    expect(sent).toBeLessThan(20_000_000);
  });

  test('a 101 is no final success', async () => {
    const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n';
    expect(await answering(upgrade)).toMatchObject({ outcome: 'http_error', statusCode: 101 });
  });
});
