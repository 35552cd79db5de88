import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createToken } from '../../database/access/tokens.ts';
import { connect } from '../../database/core/orm.ts';

/** Calls SCIM and returns the body of the answer. A 429 is called again after its Retry-After. Throws for any other error. */
export type CallScim = (
  method: string,
  path: string,
  body?: object,
) => Promise<{ totalResults?: number } | null>;

/** A directory with a token of its own, for the web process at `address`. `onWait` gets the seconds that it waits. */
export async function scimClient(
  databaseUrl: string,
  address: string,
  onWait: (seconds: number) => void = () => {},
): Promise<CallScim> {
  const database = await connect(databaseUrl);
  const name = `bench ${randomUUID()}`;
  const { value } = await createToken(database.em, 'system', { name, scopes: ['scim'] });
  await database.close();
  return async (method, path, body) => {
    for (;;) {
      const response = await fetch(`${address}/scim/v2${path}`, {
        method,
        headers: { Authorization: `Bearer ${value}`, 'Content-Type': 'application/scim+json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (response.ok) return text === '' ? null : JSON.parse(text);
      if (response.status !== 429) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
      const seconds = Number(response.headers.get('Retry-After'));
      onWait(seconds);
      await pause(seconds * 1_000);
    }
  };
}
