import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterAll } from 'vitest';

/** A mail that the server accepted. */
export interface TakenMail {
  from: string;
  to: string[];
  /** By lower-case name, unfolded and decoded. */
  headers: Record<string, string>;
  text: string;
  html: string;
  raw: string;
}

/** How the server responds. Tests may change it at any time. */
interface Behaviour {
  /** The response to a recipient: an error to reject, null to accept. */
  onReceiver: (address: string) => Error | null;
  /** The response to the whole message. */
  onMessage: (mail: TakenMail) => Error | null;
  /** The delay before the response to the whole message, in milliseconds. */
  delayMs: number;
}

/** A rejection with its code: 4xx is temporary, 5xx is permanent. */
export const refusal = (responseCode: number, message = 'No'): Error =>
  Object.assign(new Error(message), { responseCode });

/**
 * Starts a mail server on this machine. It accepts every mail by default. `asked` has every received
 * mail, and `taken` the accepted ones. `stop` closes the port and every connection, and `start` opens
 * the same port again. It stops after the last test.
 */
export async function startMailServer({ user, password }: { user?: string; password?: string } = {}) {
  const asked: TakenMail[] = [];
  const taken: TakenMail[] = [];
  const behaviour: Behaviour = { onReceiver: () => null, onMessage: () => null, delayMs: 0 };
  let server: SMTPServer | null = null;
  let port = 0;

  async function start(): Promise<void> {
    const made = new SMTPServer({
      authOptional: user === undefined,
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: ({ username, password: given }, _session, done) =>
        username === user && given === password
          ? done(null, { user: username })
          : done(refusal(535, 'Wrong')),
      onRcptTo: ({ address }, _session, done) => done(behaviour.onReceiver(address)),
      onData(stream, { envelope }, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const to = envelope.rcptTo.map(({ address }) => address);
          const from = envelope.mailFrom ? envelope.mailFrom.address : '';
          const mail = { from, to, ...parsed(Buffer.concat(chunks).toString('utf8')) };
          asked.push(mail);
          setTimeout(() => {
            const refused = behaviour.onMessage(mail);
            if (refused === null) taken.push(mail);
            done(refused);
          }, behaviour.delayMs);
        });
      },
    });
    made.on('error', () => {});
    await new Promise<void>((resolve) => made.listen(port, '127.0.0.1', resolve));
    port = (made.server.address() as AddressInfo).port;
    server = made;
  }

  async function stop(): Promise<void> {
    const running = server;
    server = null;
    if (running === null) return;
    await new Promise<void>((resolve) => {
      running.close(() => resolve());
      for (const connection of running.connections) connection.close();
    });
  }

  await start();
  afterAll(stop);
  const account =
    user === undefined ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(password ?? '')}@`;
  return { url: `smtp://${account}127.0.0.1:${port}`, port, asked, taken, behaviour, start, stop };
}

function parsed(raw: string): Pick<TakenMail, 'headers' | 'text' | 'html' | 'raw'> {
  const { headers, body } = split(raw);
  const boundary = /boundary="?([^";]+)"?/.exec(headers['content-type'] ?? '')?.[1];
  const parts =
    boundary === undefined
      ? [raw]
      : body
          .split(`--${boundary}`)
          .slice(1, -1)
          .map((part) => part.trimStart());
  const partOf = (type: string) =>
    parts.map(split).find((part) => part.headers['content-type']?.startsWith(type));
  return { headers, text: decoded(partOf('text/plain')), html: decoded(partOf('text/html')), raw };
}

interface Part {
  headers: Record<string, string>;
  body: string;
}

function split(raw: string): Part {
  const [head = '', ...rest] = raw.split(/\r?\n\r?\n/);
  const lines = head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  const headers = lines.map((line) => {
    const [name = '', value = ''] = line.split(/:\s*(.*)/s);
    return [name.toLowerCase(), withWords(value)];
  });
  return { headers: Object.fromEntries(headers), body: rest.join('\n\n') };
}

function decoded(part: Part | undefined): string {
  if (part === undefined) return '';
  const encoding = part.headers['content-transfer-encoding'];
  if (encoding === 'base64') return Buffer.from(part.body, 'base64').toString('utf8');
  return encoding === 'quoted-printable' ? fromQuotedPrintable(part.body) : part.body;
}

const fromQuotedPrintable = (text: string): string => {
  const bytes = text
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
};

/** Decodes encoded words (RFC 2047). Spaces between two of them are dropped. */
const withWords = (value: string): string =>
  value
    .replace(/(=\?[^?]+\?[BQ]\?[^?]*\?=)\s+(?==\?)/gi, '$1')
    .replace(/=\?utf-8\?([BQ])\?([^?]*)\?=/gi, (_, how: string, text: string) =>
      how.toUpperCase() === 'B'
        ? Buffer.from(text, 'base64').toString('utf8')
        : fromQuotedPrintable(text.replace(/_/g, ' ')),
    );
