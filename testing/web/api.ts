import { expect } from 'vitest';
import { expectAsDescribed } from './openapi-assertions.ts';

/** A call of the API. */
export interface Sent {
  token?: string | null;
  headers?: Record<string, string>;
  /** Strings and bytes are sent unchanged, anything else as JSON. */
  body?: unknown;
}

/** The response. `json` is null for an empty body, and a string if the body is not JSON. */
export interface Called {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the API returns any JSON
  json: any;
}

/**
 * Calls the API below `/api/v1` at an address, with `token` unless the call says otherwise. Throws if a
 * response does not match the OpenAPI document.
 */
export const apiAt =
  (address: string, token: string) =>
  async (method: string, path: string, sent: Sent = {}): Promise<Called> => {
    const { body, headers, token: other = token } = sent;
    const response = await fetch(new URL(`/api/v1${path}`, address), {
      method,
      redirect: 'manual',
      headers: {
        ...(other && { Authorization: `Bearer ${other}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: asSent(body) }),
    });
    const text = await response.text();
    const called = {
      status: response.status,
      headers: response.headers,
      json: text === '' ? null : isJson(response.headers) ? JSON.parse(text) : text,
    };
    await expectAsDescribed(address, method, path, called);
    return called;
  };

const isJson = (headers: Headers) => /[/+]json\b/.test(headers.get('content-type') ?? '');

const asSent = (body: unknown): NonNullable<RequestInit['body']> =>
  typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body);

/** Expects a complete problem response, as every error of the API must be. */
export function expectProblem({ status, headers, json }: Called, expected: number, code: string): void {
  expect(json).toMatchObject({
    status: expected,
    code,
    title: expect.any(String),
    detail: expect.any(String),
  });
  expect(status).toBe(expected);
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(json.instance).toBe(`urn:uuid:${headers.get('x-request-id')}`);
}

/** The JSON pointers of a problem, sorted. */
export const pointers = ({ json }: Called): string[] =>
  json.errors.map((error: { pointer: string }) => error.pointer).sort();
