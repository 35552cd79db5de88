import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signedHeaders } from '../../activities/webhooks/signature.ts';
import { newSecret } from '../../database/webhooks/secrets.ts';
import { usualSchedule } from '../../domain/webhooks/schedule.ts';
import { webhookEventTypes } from '../../domain/webhooks/webhooks.ts';
import { describedEvents } from '../../web/api/document/event-schemas.ts';

const text = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
const blocks = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({
  language: language!,
  code: code!,
}));
const blockIn = (language: string) => blocks.find((block) => block.language === language)!.code;
const examples = blocks.filter(({ language }) => language === 'json').map(({ code }) => JSON.parse(code));

const folder = mkdtempSync(path.join(tmpdir(), 'lastday-docs-'));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, content: string) => {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
};

describe('the events in docs/webhooks.md', () => {
  test('are all event types, each with an example', () => {
    expect(examples.map(({ type }) => type).toSorted()).toEqual([...webhookEventTypes].toSorted());
    for (const type of webhookEventTypes) expect(text).toContain(`| \`${type}\` |`);
  });

  test.each(examples.map((example) => [example.type as string, example]))(
    '%s matches its schema',
    (type, body) => {
      const { schema } = describedEvents.find((event) => event.type === type)!;
      expect(schema.safeParse(body)).toMatchObject({ success: true });
    },
  );

  test('are attempted on the documented schedule', () => {
    expect(usualSchedule.map((ms) => ms / 1000)).toEqual([
      0,
      5,
      300,
      1800,
      ...[2, 5, 10, 14, 20, 24].map((hours) => hours * 3600),
    ]);
    expect(text).toContain(
      'at once, then after 5 seconds, 5 minutes, 30 minutes, 2, 5, 10, 14, 20 and 24 hours',
    );
  });
});

const secret = newSecret();
const id = 'evt_1228c1e3fc4302b0f1b4a5a82ac61e05';
// The body has non-ASCII letters and its original spacing, because the signature covers bytes.
const body = JSON.stringify(examples[0]).replace('Lena Brandt', 'Léna 李');

describe.each([
  ['Node', 'js', 'receiver.mjs', process.execPath],
  ['Python', 'python', 'receiver.py', 'python3'],
])('the receiver for %s', (_name, language, file, program) => {
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  beforeAll(async () => {
    receiver = await startReceiver(program, write(file, blockIn(language)));
  });
  afterAll(() => receiver.stop());

  const post = async (headers: Record<string, string>, content = body) => {
    const { status } = await fetch(`http://127.0.0.1:${receiver.port}/`, {
      method: 'POST',
      headers,
      body: content,
    });
    return status;
  };
  const now = () => new Date();

  test('accepts what Lastday signs, and handles it once', async () => {
    expect(await post(signedHeaders([secret], id, now(), body))).toBe(204);
    expect(await post(signedHeaders([secret], id, now(), body))).toBe(204);
    await expect.poll(() => receiver.outputLines()).toEqual(['listening', 'offboarding.started E-1042']);
  });

  test('accepts one of two signatures while two secrets are valid', async () => {
    expect(await post(signedHeaders([newSecret(), secret], 'evt_2', now(), body))).toBe(204);
  });

  test('rejects another body, another secret, wrong times and a missing signature', async () => {
    expect(await post(signedHeaders([secret], id, now(), body), `${body} `)).toBe(401);
    expect(await post(signedHeaders([newSecret()], id, now(), body))).toBe(401);
    for (const minutes of [-6, 6]) {
      const at = new Date(Date.now() + minutes * 60_000);
      expect(await post(signedHeaders([secret], id, at, body))).toBe(401);
    }
    expect(await post({})).toBe(401);
    const unsigned = signedHeaders([], id, now(), body);
    expect(await post(unsigned)).toBe(401);
    expect(await post({ ...signedHeaders([secret], id, now(), body), 'webhook-timestamp': 'x' })).toBe(401);
  });
});

describe('the shell script', () => {
  const script = write('verify.sh', blockIn('sh'));
  const bodyFile = write('body.json', body);
  const verify = (signature: string, timestamp: string) =>
    promisify(execFile)('sh', [script, bodyFile], {
      env: {
        ...process.env,
        WEBHOOK_SECRET: secret,
        WEBHOOK_ID: id,
        WEBHOOK_TIMESTAMP: timestamp,
        WEBHOOK_SIGNATURE: signature,
      },
    }).then(
      ({ stdout }) => stdout,
      ({ stdout }) => stdout,
    );
  const signed = (secrets: string[]) => {
    const headers = signedHeaders(secrets, id, new Date(), body);
    return [headers['webhook-signature']!, headers['webhook-timestamp']!] as const;
  };

  test('recognizes the signatures of Lastday', async () => {
    expect(await verify(...signed([secret]))).toBe('The signature fits.\n');
    expect(await verify(...signed([newSecret(), secret]))).toBe('The signature fits.\n');
    expect(await verify(...signed([newSecret()]))).toBe('The signature does not fit.\n');
    expect(await verify(signed([secret])[0], '1')).toBe('The signature does not fit.\n');
  });
});

async function startReceiver(program: string, file: string) {
  const port = await freePort();
  const child = spawn(program, [file], {
    env: { ...process.env, WEBHOOK_SECRET: secret, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const outputLines = () => output.trim().split('\n');
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  while (!output.includes('listening')) await once(child.stdout, 'data');
  return { port, outputLines, stop: () => void child.kill() };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}
