import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { csvOf } from '../../../testing/cast/importing.ts';
import { rowReader } from '../../../web/imports/read-row.ts';
import { importTests, newId, personWith, problemsOf } from '../../database/imports/fixture.ts';

const { database, test } = await importTests();

const header = ['externalId', 'name', 'email', 'department', 'jobTitle', 'endDate'];
const read = rowReader(
  'users',
  header.map((field) => ({ header: field, field })),
  { dateFormat: 'YYYY-MM-DD', noDates: [] },
);
const separatorMissing = { field: null, message: expect.stringContaining('Is a separator or a quotation') };

describe('(R3) a line without the separators of its empty last cells', () => {
  test('is accepted, as spreadsheets save blocks of 16 lines', async ({ files }) => {
    const people = Array.from({ length: 40 }, (_, index) => {
      const id = newId();
      const date = index === 1 ? '2026-12-31' : '';
      const cells = [id, `Tara Field ${index}`, `${id}@x.example`, 'Ops'];
      return index < 15 ? [...cells, date] : cells;
    });
    const file = csvOf(['externalId', 'name', 'email', 'department', 'endDate'], ...people);
    expect((await files.run('users', file)).results).toMatchObject({ created: 40, failed: 0 });
    expect(await personWith(database, people[1]![0]!)).toMatchObject({ endDate: '2026-12-31' });
  });

  test('clears nothing that it does not state', async ({ files }) => {
    const id = newId();
    const columns = ['externalId', 'name', 'email', 'department', 'endDate'];
    const whole = [id, 'Ana', `${id}@x.example`, 'Ops', '2026-12-31'];
    await files.run('users', csvOf(columns, whole));
    for (const length of [1, 2, 3, 4])
      expect((await files.run('users', csvOf(columns, whole.slice(0, length)))).results).toMatchObject({
        unchanged: 1,
      });
    const cleared = await files.run('users', csvOf(columns, [...whole.slice(0, 4), '']));
    expect(cleared.results).toMatchObject({ changed: 1 });
  });

  test('states each of its cells and none of the others, wherever it ends', () => {
    const cells = fc.tuple(
      fc.constant('E-1'),
      fc.constantFrom('', 'Ana Ruiz'),
      fc.constantFrom('', 'ana@x.example'),
      fc.constantFrom('', 'Ops', '42'),
      fc.constantFrom('', 'Lead'),
      fc.constantFrom('', '2026-12-31'),
    );
    fc.assert(
      fc.property(cells, fc.integer({ min: 1, max: header.length }), (whole, length) => {
        const { stated } = read({ line: 2, cells: whole });
        const short = read({ line: 2, cells: whole.slice(0, length) });
        const kept = Object.entries(stated).filter(([field]) => header.indexOf(field) < length);
        expect(short).toMatchObject({ stated: Object.fromEntries(kept), problems: [] });
        expect(Object.keys(short.stated)).toEqual(kept.map(([field]) => field));
      }),
    );
  });

  test('is refused when a cell does not fit its column', async ({ files }) => {
    expect(read({ line: 2, cells: ['E-1', 'Ana Ruiz ana@x.example', 'Ops'] }).problems).toEqual([
      separatorMissing,
    ]);
    const found = await files.upload('users', csvOf(header, [newId(), 'Ana', 'no address']));
    expect(await problemsOf(database, found)).toEqual([
      [2, expect.stringContaining('This line has 3 cells, but the header has 6.')],
    ]);
  });

  test('is refused when a date or an address stands in a column of texts', () => {
    for (const cells of [
      ['E-1', 'Ana Ruiz', 'ana@x.example', 'Ops Lead', '2026-12-31'],
      ['E-1', 'Ana Ruiz', 'ana@x.example', '="2026-12-31"'],
      ['E-1', 'ana@x.example'],
    ])
      expect(read({ line: 2, cells }).problems).toEqual([separatorMissing]);
  });

  test('loses no end date to a separator that is missing before it', () => {
    const whole = ['E-1', 'Ana Ruiz', 'ana@x.example', 'Ops', 'Lead', '2026-12-31'];
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 }), fc.constantFrom('', ' '), (at, glue) => {
        const joined = `${whole[at]}${glue}${whole[at + 1]}`;
        const cells = [...whole.slice(0, at), joined, ...whole.slice(at + 2)];
        const { stated, problems } = read({ line: 2, cells });
        expect(problems.length > 0 || stated.endDate === '2026-12-31').toBe(true);
      }),
    );
  });
});
