import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type OutgoingMail, outcomeOf, smtpMailer } from '../../activities/mail/mailer.ts';
import { refusal, startMailServer } from '../../testing/outside/smtp.ts';

const from = { name: 'Lastday', address: 'lastday@halden.example' };
const server = await startMailServer();
const mailer = smtpMailer(server.url, from);

const mail = (changes: Partial<OutgoingMail> = {}): OutgoingMail => ({
  to: { name: 'Mira Holt', address: 'mira@halden.example' },
  subject: 'Lena Brandt is now offboarded',
  text: 'Hello Mira,\n',
  html: '<p>Hello Mira,</p>',
  messageId: '<mail-7-1@halden.example>',
  unsubscribe: 'https://lastday.halden.example/unsubscribe/completions.7.abc',
  ...changes,
});
const onError = () => {};
const send = (changes?: Partial<OutgoingMail>, by = mailer) =>
  by.send(mail(changes), { signal: new AbortController().signal, onError });

const misbehavingServers: Server[] = [];
afterAll(() => {
  for (const tcpServer of misbehavingServers) tcpServer.close();
});

/** A server that sends whatever the test says. */
async function misbehavingServer(speak: (socket: Socket) => void) {
  const tcpServer = createServer((socket) => {
    socket.on('error', () => {});
    speak(socket);
  });
  misbehavingServers.push(tcpServer);
  await new Promise<void>((resolve) => tcpServer.listen(0, '127.0.0.1', resolve));
  return { server: tcpServer, url: `smtp://127.0.0.1:${(tcpServer.address() as { port: number }).port}` };
}

beforeEach(() => {
  server.taken.length = 0;
  Object.assign(server.behaviour, { onReceiver: () => null, onMessage: () => null, delayMs: 0 });
});

describe('a mail', () => {
  test('arrives as text and HTML, from Lastday, only for its recipient', async () => {
    expect(await send()).toBe('sent');
    const [taken] = server.taken;
    expect(taken).toMatchObject({ from: from.address, to: ['mira@halden.example'] });
    expect(taken!.text).toContain('Hello Mira,');
    expect(taken!.html).toContain('<p>Hello Mira,</p>');
    expect(taken!.headers).toMatchObject({
      from: 'Lastday <lastday@halden.example>',
      to: 'Mira Holt <mira@halden.example>',
      subject: 'Lena Brandt is now offboarded',
      'message-id': '<mail-7-1@halden.example>',
      'auto-submitted': 'auto-generated',
    });
  });

  test('has one-click unsubscribe headers', async () => {
    await send();
    expect(server.taken[0]!.headers).toMatchObject({
      'list-unsubscribe': '<https://lastday.halden.example/unsubscribe/completions.7.abc>',
      'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
    });
  });

  test.each([
    ['田中 美咲'],
    ['محمد الأحمد'],
    ['María Guadalupe Fernanda Inmaculada de los Ángeles Rodríguez-Villanueva y Montenegro de Santillán'],
    ['"Quotes", commas; <brackets> & a (comment)'],
  ])('has %s unchanged in subject and address', async (name) => {
    await send({ to: { name, address: 'x@halden.example' }, subject: `${name} leaves tomorrow` });
    const { headers, to } = server.taken[0]!;
    expect(headers.subject).toBe(`${name} leaves tomorrow`);
    expect(headers.to!.replace(/\\(["(),;])/g, '$1')).toContain(name);
    expect(to).toEqual(['x@halden.example']);
  });

  test.each([
    ['a subject', { subject: 'Hello\r\nBcc: evil@x.example\r\n\r\nBody' }],
    ['a name', { to: { name: 'Mira\r\nBcc: evil@x.example', address: 'mira@halden.example' } }],
    [
      'a name full of separators',
      { to: { name: 'Mira\u2028Bcc: evil@x.example\u0000', address: 'mira@halden.example' } },
    ],
  ])('cannot get a header by %s', async (_, changes) => {
    expect(await send(changes)).toBe('sent');
    const { headers, to } = server.taken[0]!;
    expect(headers.bcc).toBeUndefined();
    expect(to).toEqual(['mira@halden.example']);
  });

  test.each([
    ['mira@halden.example, evil@x.example'],
    ['mira@halden.example\r\nRCPT TO:<evil@x.example>'],
    ['Mira <mira@halden.example>'],
    ['mira'],
    [''],
  ])('is not sent to %j', async (address) => {
    expect(await send({ to: { name: 'Mira', address } })).toBe('bad_address');
    expect(server.taken).toEqual([]);
  });
});

describe('a mail server', () => {
  test('that rejects the recipient permanently refuses the mail', async () => {
    server.behaviour.onReceiver = () => refusal(550, 'No such user');
    expect(await send()).toBe('refused');
  });

  test('that rejects the message permanently refuses the mail', async () => {
    server.behaviour.onMessage = () => refusal(554, 'Spam');
    expect(await send()).toBe('refused');
  });

  test('that is busy puts the mail off', async () => {
    server.behaviour.onReceiver = () => refusal(451, 'Later');
    expect(await send()).toBe('put_off');
  });

  test('that is slow still gets the mail', async () => {
    server.behaviour.delayMs = 700;
    expect(await send()).toBe('sent');
  });

  test('that does not respond causes a timeout', async () => {
    server.behaviour.delayMs = 3_000;
    expect(await send({}, smtpMailer(`${server.url}?socketTimeout=500`, from))).toBe('timed_out');
  });

  test('that keeps talking without end causes a timeout', async () => {
    const { server: chatty, url } = await misbehavingServer((socket) => {
      const talking = setInterval(() => socket.write('220-hello\r\n'), 100);
      socket.on('close', () => clearInterval(talking));
    });
    expect(await send({}, smtpMailer(url, from, { totalTimeoutMs: 700 }))).toBe('timed_out');
    const left = () => new Promise<number>((resolve) => chatty.getConnections((_, count) => resolve(count)));
    await expect.poll(left).toBe(0);
  });

  test('that is slow is left when the caller aborts', async () => {
    server.behaviour.delayMs = 3_000;
    const giving = new AbortController();
    const sending = mailer.send(mail(), { signal: giving.signal, onError });
    giving.abort(new Error('enough'));
    await expect(sending).rejects.toThrow('enough');
  });

  test('that is down causes a failed connection', async () => {
    await server.stop();
    expect(await send()).toBe('connection_failed');
    await server.start();
    expect(await send()).toBe('sent');
  });

  test('that closes the connection early is a temporary failure', async () => {
    const { url } = await misbehavingServer((socket) => socket.end('220 hello\r\n'));
    expect(['connection_failed', 'put_off']).toContain(await send({}, smtpMailer(url, from)));
  });

  test('without TLS is not used when TLS is required', async () => {
    expect(await send({}, smtpMailer(`${server.url}?requireTLS=true`, from))).toBe('tls_failed');
  });

  test('that requires a password gets it, and a wrong one is a failed sign-in', async () => {
    const closed = await startMailServer({ user: 'lastday', password: 'p@ss/word' });
    expect(await send({}, smtpMailer(closed.url, from))).toBe('sent');
    expect(await send({}, smtpMailer(`smtp://lastday:wrong@127.0.0.1:${closed.port}`, from))).toBe(
      'sign_in_refused',
    );
    expect(await send({}, smtpMailer(`smtp://127.0.0.1:${closed.port}`, from))).toBe('sign_in_refused');
  });
});

test.each([
  [{ code: 'EENVELOPE', responseCode: 553, command: 'MAIL FROM' }, 'sender_refused'],
  [{ code: 'EPROTOCOL', responseCode: 554, command: 'CONN' }, 'put_off'],
  [{ code: 'EMESSAGE', responseCode: 552, command: 'DATA' }, 'refused'],
  [{ code: 'EDNS' }, 'connection_failed'],
  [new Error('anything else'), 'connection_failed'],
])('%o means %s', (error, outcome) => {
  expect(outcomeOf(error)).toBe(outcome);
});
