/** The outcomes of one attempt, with the console's words. Only `delivered` is a success. */
export const attemptOutcomes = {
  delivered: 'Delivered',
  http_error: 'The endpoint answered with an error',
  throttled: 'The endpoint asked for fewer requests',
  redirected: 'The endpoint answered with a redirect, which is not followed',
  gone: 'The endpoint said that it is gone',
  blocked_address: 'The address is private or special, and not allowed',
  dns_failed: 'The host name could not be looked up',
  connection_failed: 'The connection could not be made',
  tls_failed: 'The secure connection could not be made',
  timed_out: 'The endpoint did not answer in time',
  broke_off: 'The answer broke off',
  not_http: 'The answer was not valid HTTP',
  response_too_large: 'The answer was too large',
  not_signed: 'The signing secret could not be read: it was stored with another SECRET_KEY',
} as const;
export type AttemptOutcome = keyof typeof attemptOutcomes;

/** The outcome of an HTTP status. Only 2xx is a success; redirects are not followed. */
export function outcomeOfStatus(status: number): AttemptOutcome {
  if (status >= 200 && status < 300) return 'delivered';
  if (status === 410) return 'gone';
  if (status === 429) return 'throttled';
  return status >= 300 && status < 400 ? 'redirected' : 'http_error';
}
