import { describe, expect, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { Import, ImportRow } from '../../../database/entities/index.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { statementsOf } from '../../../testing/cast/statements.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { apiAt, expectProblem } from '../../../testing/web/api.ts';
import { startWeb } from '../../../testing/web/web.ts';
import { openCsv } from '../../../web/imports/parse-csv.ts';
import { setMassChangeLimit } from './setup.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
const cast = await makeCast(own.database);
await setMassChangeLimit(own.database, 1_000);
const token = await createToken(em, 'system', { name: 'hr', scopes: ['imports:write'] });
const call = apiAt(web.address, token.value);

const send = (body: string | Uint8Array, query = '') =>
  call('POST', `/imports/users${query}`, { body, headers: { 'Content-Type': 'text/csv' } });
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
const utf32 = (text: string) =>
  Buffer.from(Uint32Array.from(`\ufeff${text}`, (c) => c.codePointAt(0)!).buffer);
const { email } = cast.emil;

describe('(E6) zero letters', () => {
  test.each<[string, Uint8Array]>([
    ['in a header', utf16('externalId,name,email,x\0y\n1,2,a@b.example,3\n')],
    ['in a known column', utf16('external\0Id,name,email\n1,2,a@b.example\n')],
    ['in the line that names the separator', utf16('sep=\0\nexternalId\0name\0email\n')],
    ['of a UTF-32 file', utf32('externalId,name,email\n1,2,a@b.example\n')],
    ['of a UTF-32 file in the other order', utf32('externalId,email\n1,a@b.example\n').swap32()],
    ['in a cell', utf16('externalId,email\n1,a\0@b.example\n')],
  ])('%s make the file no CSV', async (_, body) => {
    for (const query of ['', '?unknownColumns=leave-out'])
      expectProblem(await send(body, query), 422, 'not-csv');
    const nora = await web.signIn(cast.nora.email);
    expect((await nora.upload('/imports/users', { bytes: Uint8Array.from(body) })).status).toBe(422);
  });

  test.each([10, 135_000, 400_000, 2_000_000])('(E14) after %i bytes of UTF-8 do so too', async (place) => {
    const line = `${email},Ops\n`;
    const text = `email,department\n${line.repeat(Math.ceil(place / line.length))}${email},O\0ps\n`;
    expectProblem(await send(text), 422, 'not-csv');
  });
});

describe('(E14) a line that names the separator', () => {
  test.each(['sep=;', 'SEP=;', 'Sep=;', '"sep=;"', '"SEP=;"', 'sep=; '])(
    'may be written %s',
    async (first) => {
      const bytes = Buffer.from(`${first}\r\nexternalId;name\r\n"a;b";c,d\r\n`);
      const file = await openCsv(
        'users',
        (async function* () {
          yield bytes;
        })(),
      );
      expect(file).toMatchObject({ separator: ';', headers: ['externalId', 'name'] });
      const records = [];
      for await (const record of file.records) records.push(record);
      expect(records).toEqual([{ line: 3, cells: ['a;b', 'c,d'] }]);
    },
  );

  test('is no such line with a quotation mark or a letter', async () => {
    for (const first of ['sep="', 'sep=a', 'sep='])
      expect((await send(`${first}\nemail\n${email}\n`)).status).toBe(422);
  });
});

describe('(E14) a last column without a name', () => {
  test('is ignored when it is empty', async () => {
    for (const file of [
      `email,department,\n${email},Ops,\n`,
      `email,department,\n${email},Ops\n`,
      `email,department,,, ${','.repeat(80)}\n${email},Ops,, ,\n`,
    ])
      expect((await send(file)).json).toMatchObject({ lines: 1, errors: [] });
  });

  test('stops the file when it holds something, like one without a name in the middle', async () => {
    for (const file of [`email,,\n${email},,\n${email},,x\n`, `email,,department\n${email},,Ops\n`]) {
      const refused = await send(file);
      expectProblem(refused, 422, 'unknown-columns');
      expect(refused.json.detail).toContain('(no name)');
      expect((await send(file, '?unknownColumns=leave-out')).status).toBe(202);
    }
  });
});

describe('(E14) a file over the limits', () => {
  const refusalOf = async (body: string | Uint8Array) => {
    const before = [await em.fork().count(Import), await em.fork().count(ImportRow)];
    const startedAt = performance.now();
    const sent = await statementsOf(async () => expectProblem(await send(body), 413, 'too-large'));
    expect(sent.filter((statement) => /import_rows|into "imports"/.test(statement))).toEqual([]);
    expect([await em.fork().count(Import), await em.fork().count(ImportRow)]).toEqual(before);
    expect(performance.now() - startedAt).toBeLessThan(15_000);
  };

  test('is refused before a line is stored: 250,001 lines', () =>
    refusalOf(`email\n${'a@x.example\n'.repeat(250_001)}`));

  test('is refused before a line is stored: 54 MB without a length', async () => {
    const line = Buffer.from(`${email},${'x'.repeat(400)}\n`.repeat(2_000));
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(sent === 0 ? Buffer.from('email,department\n') : line);
        sent += line.length;
        if (sent > 54 * 1024 * 1024) controller.close();
      },
    });
    const statements = await statementsOf(async () => {
      const headers = { Authorization: `Bearer ${token.value}`, 'Content-Type': 'text/csv' };
      const answer = await fetch(`${web.address}/api/v1/imports/users`, {
        method: 'POST',
        headers,
        body,
        duplex: 'half',
      } as RequestInit);
      expect(answer.status).toBe(413);
    });
    expect(statements.filter((statement) => statement.includes('import_rows'))).toEqual([]);
  });
});
