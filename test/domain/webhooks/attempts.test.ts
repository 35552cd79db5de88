import { expect, test } from 'vitest';
import { outcomeOfStatus } from '../../../domain/webhooks/attempts.ts';

test.each([
  [200, 'delivered'],
  [204, 'delivered'],
  [299, 'delivered'],
  [301, 'redirected'],
  [304, 'redirected'],
  [400, 'http_error'],
  [408, 'http_error'],
  [410, 'gone'],
  [429, 'throttled'],
  [500, 'http_error'],
] as const)('status %i is %s', (status, outcome) => {
  expect(outcomeOfStatus(status)).toBe(outcome);
});
