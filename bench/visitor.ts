import { admin, type BenchEnvironment } from './environment.ts';

/** The HTTP client of a signed-in admin. */
export interface Visitor {
  get(path: string): Promise<string>;
  post(path: string, fields: Record<string, string>): Promise<number>;
  /** Opens a stream of the topics' changes, and reads it until `closing` aborts. */
  follow(topics: string, closing: AbortSignal): Promise<void>;
}

/** Signs in through the form. */
export async function visit({ address }: BenchEnvironment): Promise<Visitor> {
  let cookie = '';
  const send = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${address}${path}`, {
      ...init,
      redirect: 'manual',
      headers: { cookie, 'Sec-Fetch-Site': 'same-origin', ...init.headers },
    });
    for (const line of response.headers.getSetCookie()) {
      if (line.startsWith('lastday=')) cookie = line.split(';', 1)[0]!;
    }
    return response;
  };
  const visitor: Visitor = {
    async get(path) {
      const response = await send(path);
      if (response.status !== 200) throw new Error(`GET ${path} answered ${response.status}`);
      return response.text();
    },
    async post(path, fields) {
      const response = await send(path, { method: 'POST', body: new URLSearchParams(fields) });
      await response.arrayBuffer();
      return response.status;
    },
    async follow(topics, closing) {
      const response = await send(`/live?${new URLSearchParams({ topics })}`, {
        signal: closing,
        headers: { Accept: 'text/event-stream' },
      });
      if (response.status !== 200) throw new Error(`A stream answered ${response.status}`);
      readAll(response).catch((failure) => {
        if (!closing.aborted) throw failure;
      });
    },
  };
  if ((await visitor.post('/session', admin)) !== 303) throw new Error('The bench could not sign in');
  return visitor;
}

async function readAll(response: Response): Promise<void> {
  for await (const _chunk of response.body!);
}
