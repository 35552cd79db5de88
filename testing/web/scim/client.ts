import { expect } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import type { Database } from '../../../database/core/orm.ts';
import type { Called, Sent } from '../api.ts';

/** The URNs that bodies name. */
export const urn = {
  user: 'urn:ietf:params:scim:schemas:core:2.0:User',
  enterprise: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  group: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  patch: 'urn:ietf:params:scim:api:messages:2.0:PatchOp',
  list: 'urn:ietf:params:scim:api:messages:2.0:ListResponse',
  search: 'urn:ietf:params:scim:api:messages:2.0:SearchRequest',
  bulk: 'urn:ietf:params:scim:api:messages:2.0:BulkRequest',
  error: 'urn:ietf:params:scim:api:messages:2.0:Error',
} as const;

/** Calls SCIM. Throws if a response with a body is not as every one must be. */
export type CallScim = (
  method: string,
  path: string,
  body?: unknown,
  sent?: Omit<Sent, 'body'>,
) => Promise<Called>;

/** Calls SCIM below `/scim/v2` at an address, with `token` unless the call says otherwise. */
export const scimAt =
  (address: string, token: string): CallScim =>
  async (method, path, body, { headers, token: other = token } = {}) => {
    const response = await fetch(`${address}/scim/v2${path}`, {
      method,
      headers: {
        ...(other && { Authorization: `Bearer ${other}` }),
        ...(body !== undefined && { 'Content-Type': 'application/scim+json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const called = {
      status: response.status,
      headers: response.headers,
      json: text === '' ? null : JSON.parse(text),
    };
    if (text !== '') expect(response.headers.get('content-type')).toMatch(/^application\/scim\+json/);
    if (response.status >= 400) expectScimError(called);
    return called;
  };

function expectScimError({ status, json }: Called): void {
  expect(json).toMatchObject({ schemas: [urn.error], status: String(status), detail: expect.any(String) });
}

let tokens = 0;

/** Calls SCIM with a token of its own. */
export async function scimClient({ em }: Database, address: string): Promise<CallScim> {
  const name = `directory ${++tokens}`;
  const { value } = await createToken(em, 'system', { name, scopes: ['scim'] });
  return scimAt(address, value);
}

/** The body of a PATCH. */
export const patchOf = (...Operations: object[]) => ({ schemas: [urn.patch], Operations });

/** The status and the scimType of an error. */
export const errorIn = ({ status, json }: Called): string =>
  [status, json?.scimType].filter(Boolean).join(' ');
