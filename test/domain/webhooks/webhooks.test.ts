import { expect, test } from 'vitest';
import { webhookBody } from '../../../domain/webhooks/webhooks.ts';

test('the body contains type, time and data, and nothing else', () => {
  const occurredAt = new Date('2026-11-24T12:00:00Z');
  const body = webhookBody({ type: 'user.offboarded', occurredAt, data: { user: { id: 1 } } });
  expect(body).toBe(
    '{"type":"user.offboarded","timestamp":"2026-11-24T12:00:00.000Z","data":{"user":{"id":1}}}',
  );
});
