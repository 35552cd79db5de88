import type { Browserlike } from './web.ts';

/** A stream of changes, read as a page of the console reads it. */
export interface TestStream {
  status: number;
  headers: Headers;
  /** The topics of each event so far. */
  events: string[];
  /** Resolves when the server ends it. */
  ended: Promise<void>;
  close(): void;
}

interface StreamOptions {
  /** When the page was rendered, in epoch ms. 0 asks for everything at once. */
  since?: number;
  /** How many streams the browser says it can have. */
  most?: string;
  headers?: Record<string, string>;
}

/** Opens a stream with the session of `browser`. It is closed when its file's worker ends. */
export async function followTopics(
  address: string,
  browser: Pick<Browserlike, 'cookies'>,
  topics: string,
  { since = Date.now(), most = '', headers = {} }: StreamOptions = {},
): Promise<TestStream> {
  const aborting = new AbortController();
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const response = await fetch(
    `${address}/live?${new URLSearchParams({ topics, since: String(since), most })}`,
    {
      signal: aborting.signal,
      redirect: 'manual',
      headers: { Accept: 'text/event-stream', cookie, ...headers },
    },
  );
  const events: string[] = [];
  return {
    status: response.status,
    headers: response.headers,
    events,
    ended: readEvents(response, (topics) => events.push(topics)).catch(() => undefined),
    close: () => aborting.abort(),
  };
}

async function readEvents(response: Response, onTopics: (topics: string) => void): Promise<void> {
  let unread = '';
  for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
    const events = (unread + text).split('\n\n');
    unread = events.pop()!;
    for (const event of events) if (event.startsWith('data: ')) onTopics(event.slice('data: '.length));
  }
}
