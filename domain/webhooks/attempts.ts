/** The outcomes of one attempt, with the console's words. Only `delivered` is a success. */
export const attemptOutcomes = {
  delivered: 'Delivered',
  http_error: 'The endpoint responded with an error',
  throttled: 'The endpoint asked for fewer requests',
  redirected: "The endpoint redirected. Redirects aren't followed",
  gone: 'The endpoint responded with 410 Gone',
  blocked_address: "Private IP addresses aren't allowed",
  dns_failed: "The host name wasn't found",
  connection_failed: 'The connection failed',
  tls_failed: 'The secure connection failed',
  timed_out: 'The endpoint timed out',
  broke_off: 'The response was cut off',
  not_http: "The response wasn't valid HTTP",
  response_too_large: 'The response was too large',
  not_signed: "The signing secret can't be read: it was stored with another SECRET_KEY",
} as const;
export type AttemptOutcome = keyof typeof attemptOutcomes;

/** Why an attempt got no response, in one or two words. */
export const noResponseReasons: Partial<Record<AttemptOutcome, string>> = {
  blocked_address: 'private IP address',
  dns_failed: 'DNS',
  connection_failed: 'connection',
  tls_failed: 'TLS',
  timed_out: 'timeout',
  broke_off: 'cut off',
  not_http: 'not HTTP',
  response_too_large: 'too large',
  not_signed: 'not signed',
};

/** The outcome of an HTTP status. Only 2xx is a success; redirects are not followed. */
export function outcomeOfStatus(status: number): AttemptOutcome {
  if (status >= 200 && status < 300) return 'delivered';
  if (status === 410) return 'gone';
  if (status === 429) return 'throttled';
  return status >= 300 && status < 400 ? 'redirected' : 'http_error';
}
