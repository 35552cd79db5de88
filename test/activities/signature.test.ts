import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { signedHeaders } from '../../activities/webhooks/signature.ts';

// The test vector of the Standard Webhooks libraries.
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const otherSecret = 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const body = '{"test": 2432232314}';

test('the signature matches the published test vector', () => {
  expect(signedHeaders([secret], id, new Date(1614265330_000), body)).toEqual({
    'webhook-id': id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('an independent library verifies the signature, but not with another body or secret', () => {
  const headers = signedHeaders([secret], id, new Date(), body);
  const webhook = new Webhook(secret);
  expect(webhook.verify(body, headers)).toEqual({ test: 2432232314 });
  expect(() => webhook.verify('{"test": 1}', headers)).toThrow();
  expect(() => new Webhook(otherSecret).verify(body, headers)).toThrow();
});

test('two signatures are verified with either secret', () => {
  const headers = signedHeaders([otherSecret, secret], id, new Date(), body);
  expect(headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
  for (const known of [secret, otherSecret]) {
    expect(new Webhook(known).verify(body, headers)).toEqual({ test: 2432232314 });
  }
  const unknown = 'whsec_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB';
  expect(() => new Webhook(unknown).verify(body, headers)).toThrow();
});

test('the signature covers the time of the attempt in whole seconds', () => {
  const at = new Date(1614265330_999);
  expect(signedHeaders([secret], id, at, body)['webhook-timestamp']).toBe('1614265330');
  expect(signedHeaders([secret], id, new Date(1614265331_000), body)['webhook-signature']).not.toBe(
    signedHeaders([secret], id, at, body)['webhook-signature'],
  );
});
