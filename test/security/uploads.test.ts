import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { createToken } from '../../database/access/tokens.ts';
import { Import } from '../../database/entities/index.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { type Browserlike, startWeb } from '../../testing/web/web.ts';

// ASVS 5.2.1–5.2.3: files that cost more than their size.

const own = await ownDatabase();
const web = await startWeb(own);
let nora: Browserlike;
let token: string;
beforeAll(async () => {
  const cast = await makeCast(own.database);
  nora = await web.signIn(cast.nora.email);
  token = (await createToken(own.database.em, 'system', { name: 'in', scopes: ['imports:write'] })).value;
});

const megabyte = 1024 * 1024;
const boundary = 'xxxxxxxx';
const partOf = (name: string, value = '', file?: string) =>
  `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file ? `; filename="${file}"` : ''}\r\n\r\n${value}`;

/**
 * Streams a body of unknown length until the server responds. Returns the status, the bytes sent, the
 * duration and the memory growth of this process.
 */
async function streamBody(
  path: string,
  headers: Record<string, string>,
  bits: () => Iterable<string | Buffer>,
) {
  const startedAt = performance.now();
  const memoryBefore = process.memoryUsage().rss;
  let sent = 0;
  let peak = memoryBefore;
  const status = await new Promise<number>((resolve, reject) => {
    const posting = request(new URL(path, web.address), { method: 'POST', headers });
    let isAnswered = false;
    posting.on('response', (response) => {
      isAnswered = true;
      response.resume();
      response.on('end', () => posting.destroy());
      resolve(response.statusCode!);
    });
    posting.on('error', (error) => isAnswered || reject(error));
    (async () => {
      for (const bit of bits()) {
        if (isAnswered || posting.destroyed) break;
        sent += bit.length;
        peak = Math.max(peak, process.memoryUsage().rss);
        if (!posting.write(bit)) await new Promise((go) => posting.once('drain', go).once('close', go));
      }
      posting.end();
    })();
  });
  return { status, sent, ms: performance.now() - startedAt, grown: peak - memoryBefore };
}

function* forever(bit: string | Buffer, first = '') {
  yield first;
  for (let count = 0; count < 4_000; count++) yield bit;
}

const asUpload = () => ({
  cookie: [...nora.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
  'Sec-Fetch-Site': 'same-origin',
  'Content-Type': `multipart/form-data; boundary=${boundary}`,
});
const asBody = () => ({ authorization: `Bearer ${token}`, 'Content-Type': 'text/csv' });
const kilobytes = (text: string) => text.repeat(Math.ceil((64 * 1024) / text.length));

const bombs: [string, number, () => Iterable<string | Buffer>][] = [
  ['one endless line', 1, () => forever(kilobytes('x'), 'email\n')],
  ['one endless header', 1, () => forever(kilobytes('x'))],
  ['a header of endless columns', 1, () => forever(kilobytes('c,'))],
  ['a quotation mark that nobody closes', 1, () => forever(kilobytes('a,b\n'), 'email\n"')],
  ['nothing but line breaks', 50, () => forever(kilobytes('\n'), 'email\n')],
  ['nothing but zero bytes', 1, () => forever(Buffer.alloc(64 * 1024))],
  ['a packed archive', 1, () => forever(Buffer.alloc(64 * 1024, 1), 'PK\u0003\u0004')],
  ['a file packed with gzip', 1, () => [gzipSync(Buffer.alloc(20 * megabyte, 'a'))]],
];

test.each(bombs)('%s is rejected after at most %i MB, as an upload and in the API', async (_, most, bits) => {
  const before = await own.database.em.fork().count(Import);
  const uploaded = await streamBody('/imports/users', asUpload(), function* () {
    yield `${partOf('file', '', 'file.csv')}`;
    yield* bits();
  });
  const posted = await streamBody('/api/v1/imports/users', asBody(), bits);
  for (const { status, sent, ms, grown } of [uploaded, posted]) {
    expect([413, 422]).toContain(status);
    // Bytes still in buffers when the response arrives count as sent.
    expect(sent).toBeLessThan((most + 20) * megabyte);
    expect(ms).toBeLessThan(15_000);
    expect(grown).toBeLessThan(200 * megabyte);
  }
  expect(await own.database.em.fork().count(Import)).toBe(before);
});

test('an upload with endless fields or parts is rejected without being stored', async () => {
  for (const part of [
    partOf('a', 'b\r\n'),
    partOf('f', 'b\r\n', 'f.csv'),
    partOf('x'.repeat(1_000), 'y\r\n'),
  ]) {
    const { status, grown } = await streamBody('/imports/users', asUpload(), () =>
      Array(20_000).fill(part).concat(`--${boundary}--\r\n`),
    );
    expect(status).toBe(422);
    expect(grown).toBeLessThan(200 * megabyte);
  }
  const field = partOf('unknown', `${'x'.repeat(2 * megabyte)}\r\n`);
  expect((await streamBody('/imports/users', asUpload(), () => [field, `--${boundary}--\r\n`])).status).toBe(
    422,
  );
});

test('a malformed form is invalid input', async () => {
  for (const [type, body] of [
    ['multipart/form-data', 'x'],
    ['multipart/form-data; boundary=', 'x'],
    [`multipart/form-data; boundary=${'b'.repeat(5_000)}`, 'x'],
    [`multipart/form-data; boundary=${boundary}`, ''],
    [`multipart/form-data; boundary=${boundary}`, `--${boundary}\r\n\r\n`],
    [`multipart/form-data; boundary=${boundary}`, `--${boundary}\r\nContent-Disposition: form-data\r\n\r\nx`],
    [`multipart/form-data; boundary=${boundary}`, partOf('file', 'email\na@x.example', 'f.csv')],
    [`multipart/form-data; boundary=${boundary}`, `--${boundary}\r\n${'A: b\r\n'.repeat(5_000)}\r\nx`],
  ] as const) {
    const { status } = await streamBody('/imports/users', { ...asUpload(), 'Content-Type': type }, () => [
      body,
    ]);
    expect(status, type.slice(0, 60)).toBe(422);
  }
});

test('a file name cannot name a path, and is shortened', async () => {
  for (const name of [
    '../../../../etc/passwd',
    '..\\..\\windows\\x.csv',
    'a\u0000b.csv',
    `${'n'.repeat(5_000)}.csv`,
  ]) {
    const { location } = await nora.upload('/imports/users', {
      name,
      bytes: 'email,jobTitle\nx@x.example,y\n',
    });
    const id = Number(location!.split('/').at(-1));
    const { fileName } = await own.database.em.fork().findOneOrFail(Import, { id });
    expect(fileName.length).toBeLessThanOrEqual(100);
    expect(fileName).not.toMatch(/[/\\\0]/);
  }
});

test('an oversized form or API call is rejected without being buffered', async () => {
  const form = { ...asUpload(), 'Content-Type': 'application/x-www-form-urlencoded' };
  const json = { ...asBody(), 'Content-Type': 'application/json' };
  const large = (text: string) => () => Array(1_000).fill(kilobytes(text));
  const posted = await streamBody('/users', form, large('a=b&'));
  expect([posted.status, posted.grown < 200 * megabyte]).toEqual([413, true]);
  expect((await streamBody('/users', form, () => ['a=&'.repeat(1_000)])).status).toBe(413);
  const { value } = await createToken(own.database.em, 'system', { name: 'w', scopes: ['seats:write'] });
  const call = { ...json, authorization: `Bearer ${value}` };
  const called = await streamBody('/api/v1/users/x/seats', call, large('['));
  expect([called.status, called.grown < 200 * megabyte]).toEqual([413, true]);
});
