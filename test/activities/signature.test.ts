import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { signedHeaders } from '../../activities/webhooks/signature.ts';

// The vector of the Standard Webhooks libraries.
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const body = '{"test": 2432232314}';

it('signs as the published vector says', () => {
  expect(signedHeaders(secret, id, new Date(1614265330_000), body)).toEqual({
    'webhook-id': id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

it('signs so that an independent library agrees, and only with the same body and secret', () => {
  const headers = signedHeaders(secret, id, new Date(), body);
  const webhook = new Webhook(secret);
  expect(webhook.verify(body, headers)).toEqual({ test: 2432232314 });
  expect(() => webhook.verify('{"test": 1}', headers)).toThrow();
  expect(() => new Webhook('whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA').verify(body, headers)).toThrow();
});

it('signs the moment of the try, whole seconds', () => {
  const at = new Date(1614265330_999);
  expect(signedHeaders(secret, id, at, body)['webhook-timestamp']).toBe('1614265330');
  expect(signedHeaders(secret, id, new Date(1614265331_000), body)['webhook-signature']).not.toBe(
    signedHeaders(secret, id, at, body)['webhook-signature'],
  );
});
