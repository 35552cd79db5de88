import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { Asset } from '../../../database/entities/index.ts';
import { columnsOf } from '../../../domain/imports/columns.ts';
import { type ImportKind, importKinds } from '../../../domain/imports/imports.ts';
import { csvOf } from '../../../testing/cast/importing.ts';
import { rowReader } from '../../../web/imports/read-row.ts';
import { importTests, newId, personWith, problemsOf } from '../../database/imports/fixture.ts';

const { database, em, test } = await importTests();

/** Reads one cell of a column in a line that is otherwise right. */
function readCell(kind: ImportKind, field: string, cell: string) {
  const key = { users: 'externalId', assets: 'tag', licenses: 'license' }[kind];
  const columns = [...new Set([key, field])].map((name) => ({ header: name, field: name }));
  const cells = columns.map((column) => (column.field === field ? cell : 'K-1'));
  return rowReader(kind, columns, { dateFormat: 'YYYY-MM-DD', noDates: [] })({ line: 2, cells });
}

const fields = importKinds.flatMap((kind) => columnsOf[kind].map(({ field }) => [kind, field] as const));
const identifiers = fields.filter(([, field]) =>
  ['externalId', 'email', 'tag', 'serial', 'license', 'manager', 'holder', 'user'].includes(field),
);

describe('(R2) a cell ="…", which keeps leading zeros,', () => {
  test.for(fields)('of %s, %s means its inside', ([kind, field]) => {
    const { example } = columnsOf[kind].find((column) => column.field === field)!;
    const plain = readCell(kind, field, example);
    expect(readCell(kind, field, `="${example}"`)).toMatchObject({ stated: plain.stated, problems: [] });
    expect(readCell(kind, field, ` '="${example}" `)).toMatchObject({ stated: plain.stated, problems: [] });
  });

  test('may hold quotation marks, and may be empty', () => {
    expect(readCell('assets', 'serial', '="a ""b"""').stated.serial).toBe('a "b"');
    expect(readCell('assets', 'serial', '=""').stated.serial).toBeNull();
  });

  test('finds the person and the asset that the plain value finds', async ({ cast, files }) => {
    const people = csvOf(['externalId', 'name', 'email'], ['="00042"', 'Rosa Klein', 'rosa.klein@x.example']);
    expect(await files.run('users', people)).toMatchObject({ results: { created: 1 } });
    const dated = csvOf(['externalId', 'email', 'endDate'], ['00042', 'rosa.klein@x.example', '2026-12-15']);
    expect(await files.run('users', dated)).toMatchObject({ results: { changed: 1, failed: 0 } });
    expect(await personWith(database, '00042')).toMatchObject({ endDate: '2026-12-15' });

    const tag = `="000${newId()}"`;
    const assets = csvOf(
      ['tag', 'serial', 'model', 'holder'],
      [tag, '"=""0099887"""', 'Dock', `="${cast.emil.externalId}"`],
    );
    expect(await files.run('assets', assets)).toMatchObject({ results: { created: 1 } });
    expect(await em.fork().findOneOrFail(Asset, { tag: tag.slice(2, -1) })).toMatchObject({
      serial: '0099887',
    });
  });

  test('is the only formula that an identifier may have', async ({ files }) => {
    for (const [kind, field] of identifiers)
      for (const cell of ['=A1', '=1+1', '=T("00042")', '="00042', '="="', "'=1+1", '="=1"'])
        expect(readCell(kind, field, cell).problems, `${field} ${cell}`).toEqual([
          { field, message: expect.stringMatching(/^“.*” is a formula, not a value\. /) },
        ]);
    expect(readCell('users', 'department', '=1+1').stated.department).toBe('=1+1');
    const found = await files.upload('assets', csvOf(['tag', 'model'], ['=A1', 'Dock']));
    expect(await problemsOf(database, found)).toEqual([
      [2, 'tag: “=A1” is a formula, not a value. Format the column as text, and save the file again.'],
    ]);
  });
});

describe('(R1) (E14) a number that a spreadsheet has shortened', () => {
  test('is refused as an identifier, and the serial number stays', async ({ files }) => {
    const tag = newId();
    await files.run('assets', csvOf(['tag', 'model', 'serial'], [tag, 'Dock', '26618012']));
    const found = await files.run('assets', csvOf(['tag', 'serial'], [tag, '2.66E+07']));
    expect(await problemsOf(database, found)).toEqual([
      [
        2,
        'serial: “2.66E+07” is a number that a spreadsheet has shortened. Format the column as text, and save the file again.',
      ],
    ]);
    expect(await em.fork().findOneOrFail(Asset, { tag })).toMatchObject({ serial: '26618012' });
  });

  test.for(identifiers)('is refused in %s, %s, with any digits', ([kind, field]) => {
    const shortened = fc
      .tuple(
        fc.integer({ min: 1, max: 9 }),
        fc.option(fc.tuple(fc.constantFrom('.', ','), fc.stringMatching(/^\d{1,8}$/))),
        fc.constantFrom('E', 'e'),
        fc.constantFrom('+', '-', ''),
        fc.stringMatching(/^\d{1,3}$/),
        fc.boolean(),
      )
      .map(([first, rest, e, sign, exponent, isProtected]) => {
        const number = `${first}${rest?.join('') ?? ''}${e}${sign}${exponent}`;
        return isProtected ? `="${number}"` : number;
      });
    fc.assert(
      fc.property(shortened, (cell) => {
        expect(readCell(kind, field, cell).problems).toEqual([
          { field, message: expect.stringContaining('a spreadsheet has shortened') },
        ]);
      }),
      { numRuns: 50 },
    );
  });

  test('is not mistaken for a serial number that looks like it, nor for a text', () => {
    for (const serial of ['5E0001234', 'E12', '12E34', '1.2.E+3', '26618012', '1,5'])
      expect(readCell('assets', 'serial', serial)).toMatchObject({ stated: { serial }, problems: [] });
    expect(readCell('users', 'department', '2.66E+07').stated.department).toBe('2.66E+07');
  });
});
