import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { afterAll, inject } from 'vitest';
import { readEnvironment } from '../../config/environment.ts';
import { makeLog } from '../../config/log.ts';
import {
  type ConsoleClientOptions,
  connectConsoleClient,
  measuredConsoleClient,
} from '../../engine/console-client.ts';
import { webMetrics } from '../../metrics/web.ts';
import { createApp } from '../../web/app.ts';
import { castPassword } from '../cast/cast.ts';
import type { OwnDatabase } from '../servers/database.ts';

/** A console that listens for the tests of a file. */
export interface TestWeb {
  /** `http://127.0.0.1:…` */
  address: string;
  app: Express;
  /** Signs in through the real form. Throws if the sign-in fails. */
  signIn(email: string, password?: string): Promise<Browserlike>;
  /** A browser that is not signed in. */
  stranger(): Browserlike;
}

/** Starts the console on the file's own database, at any port unless PORT is given. It stops after the last test. */
export async function startWeb(
  { database, url }: OwnDatabase,
  variables: Record<string, string> = {},
  // A busy machine is slow, so only tests of the deadline set a short one.
  engineOptions: ConsoleClientOptions = { deadlineMs: 20_000 },
): Promise<TestWeb> {
  const environment = readEnvironment({
    DATABASE_URL: url,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    SECRET_KEY: randomBytes(32).toString('base64'),
    ...variables,
  });
  const metrics = webMetrics();
  const engine = measuredConsoleClient(
    connectConsoleClient(environment.TEMPORAL_ADDRESS, environment.TEMPORAL_NAMESPACE, engineOptions),
    metrics,
  );
  const log = makeLog('web', 'silent');
  const stopping = new AbortController();
  const services = { database, engine, environment, log, metrics, stopping: stopping.signal };
  const app = await createApp(services);
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(Number(variables.PORT ?? 0), '127.0.0.1', resolve));
  afterAll(() => {
    stopping.abort();
    server.closeAllConnections();
    server.close();
  });
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    address,
    app,
    stranger: () => new Browserlike(address),
    signIn: async (email, password = castPassword) => {
      const browser = new Browserlike(address);
      const answer = await browser.post('/session', { email, password });
      if (answer.status !== 303)
        throw new Error(`${email} could not sign in: ${answer.status} ${answer.text}`);
      return browser;
    },
  };
}

/** A response. Redirects are not followed, so that tests can see them. */
export interface Answer {
  status: number;
  text: string;
  headers: Headers;
  location: string | null;
}

/** Keeps cookies and sends `Sec-Fetch-Site` like a browser, but follows no redirects. */
export class Browserlike {
  readonly cookies = new Map<string, string>();
  readonly #address: string;

  constructor(address: string) {
    this.#address = address;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#send(path, { method: 'GET', headers });
  }

  /** Posts a form. */
  post(
    path: string,
    fields: Record<string, string> | [name: string, value: string][] = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.#send(path, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { 'Sec-Fetch-Site': 'same-origin', ...headers },
    });
  }

  /** Posts a form with a file. */
  upload(
    path: string,
    file: { name?: string; bytes: string | Uint8Array<ArrayBuffer> },
    fields: Record<string, string> = {},
  ): Promise<Answer> {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    body.set('file', new Blob([file.bytes]), file.name ?? 'file.csv');
    return this.#send(path, { method: 'POST', body, headers: { 'Sec-Fetch-Site': 'same-origin' } });
  }

  /** Posts a form as htmx does for the element `target`. */
  postByHtmx(path: string, target: string, fields: Record<string, string> = {}): Promise<Answer> {
    return this.post(path, fields, {
      'HX-Request': 'true',
      'HX-Request-Type': 'partial',
      'HX-Target': target,
    });
  }

  async #send(path: string, init: RequestInit & { headers: Record<string, string> }): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(new URL(path, this.#address), {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, ...(cookie && { cookie }) },
    });
    this.#keepCookies(response.headers.getSetCookie());
    return {
      status: response.status,
      text: await response.text(),
      headers: response.headers,
      location: response.headers.get('location'),
    };
  }

  #keepCookies(lines: string[]) {
    for (const line of lines) {
      const [pair, ...attributes] = line.split(/;\s*/);
      const [name, value] = pair!.split(/=(.*)/s) as [string, string];
      const over = attributes.some(
        (attribute) => /^expires=/i.test(attribute) && new Date(attribute.slice(8)) < new Date(),
      );
      if (over) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}
