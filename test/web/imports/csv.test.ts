import { stringify } from 'csv-stringify/sync';
import { describe, expect, test } from 'vitest';
import { columnsOf } from '../../../domain/imports/columns.ts';
import { csvOptions } from '../../../web/imports/csv-writing.ts';
import { openCsv } from '../../../web/imports/parse-csv.ts';
import { rowReader } from '../../../web/imports/read-row.ts';

type Bytes = string | Buffer;
const utf8 = (text: string) => Buffer.from(text);
const windows1252 = (text: string) => Buffer.from(text, 'latin1');
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');

/** The separator, the header and the numbered lines of a file that is read in chunks of `chunk` bytes. */
async function read(file: Bytes, chunk = 64 * 1024) {
  const bytes = Buffer.from(file);
  const { separator, headers, records } = await openCsv(
    'users',
    (async function* () {
      for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
    })(),
  );
  const lines = [];
  for await (const { line, cells } of records) lines.push([line, ...cells]);
  return { separator, headers, lines };
}

const header = ['name', 'email'];
const one = (name: string) => ({ headers: header, lines: [[2, name, 'a@x.example']] });

test.each<[string, Bytes, object]>([
  ['commas', 'name,email\nÄnne,a@x.example\n', one('Änne')],
  ['semicolons', 'name;email\nÄnne;a@x.example\n', one('Änne')],
  ['tabs', 'name\temail\nÄnne\ta@x.example\n', one('Änne')],
  ['CRLF', 'name,email\r\nÄnne,a@x.example\r\n', one('Änne')],
  ['CR alone', 'name,email\rÄnne,a@x.example\r', one('Änne')],
  ['no line break at the end', 'name,email\nÄnne,a@x.example', one('Änne')],
  ['a byte order mark', '\ufeffname,email\nÄnne,a@x.example\n', one('Änne')],
  [
    'Windows-1252',
    windows1252('name;email\r\nM\xfcller \x96 L\xf3pez;a@x.example\r\n'),
    one('Müller – López'),
  ],
  ['UTF-16, as “Unicode text” is saved', utf16('name\temail\r\nÄnne\ta@x.example\r\n'), one('Änne')],
  [
    'a line that names the separator',
    'sep=;\r\nname;email\r\nÄ;b\r\n',
    { headers: header, lines: [[3, 'Ä', 'b']] },
  ],
  [
    'commas inside cells of a file of semicolons',
    'name;email\nDoe, Jane, Dr;a@x.example\n',
    one('Doe, Jane, Dr'),
  ],
  [
    'blank lines and lines of separators',
    'name,email\n\n,\n , \nÄnne,a@x.example\n',
    { lines: [[5, 'Änne', 'a@x.example']] },
  ],
  [
    'quoted line breaks',
    'name,email\r\n"An\r\nne",a\r\nBo,b\r\n',
    {
      lines: [
        [2, 'An\nne', 'a'],
        [4, 'Bo', 'b'],
      ],
    },
  ],
  ['doubled quotation marks', 'name,email\n"Jo ""J"" Ho",a@x.example\n', one('Jo "J" Ho')],
  ['a quotation mark in the middle of a cell', 'name,email\n19" rack,a@x.example\n', one('19" rack')],
  [
    'a header over two lines',
    '"na\nme",email\nx,y\n',
    { headers: ['na\nme', 'email'], lines: [[3, 'x', 'y']] },
  ],
])('reads %s, whole and byte by byte', async (_, file, expected) => {
  expect(await read(file)).toMatchObject(expected);
  expect(await read(file, 1)).toMatchObject(expected);
});

describe('a file that is not CSV', () => {
  test.each<[string, Bytes, string, RegExp]>([
    ['nothing', '', 'empty-file', /is empty/],
    ['blank lines', '\n\r\n', 'empty-file', /is empty/],
    ['a spreadsheet', 'PK\u0003\u0004rest', 'not-csv', /Save as/],
    ['an image', Buffer.from([137, 80, 78, 71, 13, 10, 26, 10, 0, 0]), 'not-csv', /isn't a text file/],
    ['a quotation mark that nobody closes', 'name,email\n"a,b\nc,d\n', 'broken-file', /never closed/],
    ['a very long cell', `name,email\n"${'x'.repeat(100_000)}",b\n`, 'broken-file', /longer than 64 kB/],
    ['one very long line', 'x'.repeat(200_000), 'broken-file', /first line/],
    [
      'UTF-8 with a damaged letter',
      Buffer.concat([utf8('name,email\nÄöü,a\n'), windows1252('\xfc,b\n')]),
      'not-csv',
      /isn't all UTF-8 or all Windows-1252/,
    ],
  ])('%s', async (_, file, code, words) => {
    await expect(read(file)).rejects.toMatchObject({ code, message: expect.stringMatching(words) });
  });
});

const reader = (headers: string[], kind: 'users' | 'assets' | 'licenses' = 'users') =>
  rowReader(
    kind,
    headers.map((header) => ({
      header,
      field: columnsOf[kind].some(({ field }) => field === header) ? header : null,
    })),
    { dateFormat: 'DD.MM.YYYY', noDates: [] },
  );

describe('a line', () => {
  test('returns its cells, without the columns that are left out', () => {
    expect(
      reader(['email', 'Salary', 'endDate', 'timeZone'])({
        line: 2,
        cells: [' a@x.example ', '9', '31.12.2026', 'Europe/Berlin'],
      }),
    ).toMatchObject({
      stated: { email: 'a@x.example', endDate: '2026-12-31', timeZone: 'Europe/Berlin' },
      problems: [],
      key: null,
      otherKey: 'a@x.example',
    });
  });

  test('clears optional fields with an empty cell, and keeps required ones', () => {
    expect(
      reader(['externalId', 'name', 'department', 'endDate', 'status'])({
        line: 2,
        cells: ['E1', '', ' ', '', ''],
      }).stated,
    ).toEqual({
      externalId: 'E1',
      department: null,
      endDate: null,
    });
  });

  test('reads our own words in any spelling', () => {
    expect(reader(['tag', 'status'], 'assets')({ line: 2, cells: ['L1', 'In Repair'] }).stated).toEqual({
      tag: 'L1',
      status: 'in_repair',
    });
  });

  test.each([
    ['email', 'x'.repeat(255), 'At most 254 characters.'],
    ['timeZone', 'Atlantis', 'Expected a time zone such as Europe/Berlin.'],
    ['status', 'fired', 'Choose one of: active, suspended, offboarded.'],
    ['name', 'x'.repeat(201), 'At most 200 characters.'],
    ['name', 'a\u0001b', 'Character 2 is a control character (U+0001). Remove it.'],
    ['name', 'a\nb', 'Character 2 is a line break (U+000A). Write this on one line.'],
    ['endDate', '31.02.2026', "“31.02.2026” doesn't exist: February 2026 has 28 days."],
    ['endDate', 'tomorrow', /isn't a date/],
  ])('reports what is wrong with the %s “%s”', (field, typed, message) => {
    const { problems } = reader(['externalId', field])({ line: 2, cells: ['E1', typed] });
    expect(problems).toEqual([
      { field, message: typeof message === 'string' ? message : expect.stringMatching(message) },
    ]);
  });

  test('with too many cells is refused, because cells may have moved', () => {
    const read = reader(['email', 'endDate', 'department']);
    expect(read({ line: 2, cells: ['a@x.example', '', 'x', 'y'] }).problems).toEqual([
      { field: null, message: expect.stringContaining('Is a separator or a quotation mark missing?') },
    ]);
    expect(read({ line: 2, cells: ['a@x.example', '', 'x', '', ' '] }).problems).toEqual([]);
  });

  test('without a key is an error', () => {
    expect(reader(['email', 'name'])({ line: 2, cells: ['', 'Anne'] }).problems[0]!.message).toMatch(
      /^This line has no external ID/,
    );
  });
});

test('written cells start no formula, and are read back unchanged', () => {
  const cells = ['=1+1', '+49', '-5', '@x', 'plain', 'a;b', 'say "hi"', 'two\nlines', '＝1', '\n=1'];
  const written = stringify([cells], csvOptions(';'));
  expect(written).toBe(`'=1+1;'+49;'-5;'@x;plain;"a;b";"say ""hi""";"two\nlines";'＝1;"'\n=1"\r\n`);
  expect(reader(['externalId', 'department'])({ line: 2, cells: ["'+49", "'=1+1"] }).stated).toEqual({
    externalId: '+49',
    department: '=1+1',
  });
});
