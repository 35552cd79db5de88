import fc from 'fast-check';
import { expect, test } from 'vitest';
import { orderChecker } from '../../../domain/imports/date-order.ts';
import { type DateFormat, parseDate } from '../../../domain/parse-date.ts';

/** What the first contradiction of a column is; null when there is none. */
function found(format: DateFormat, ...texts: string[]) {
  const check = orderChecker(format);
  for (const [index, text] of texts.entries()) {
    const mixed = check(index + 2, text);
    if (mixed !== null) return [mixed.proof.line, mixed.proof.order, mixed.other?.line ?? null];
  }
  return null;
}

test.each<[DateFormat, string[], unknown]>([
  ['MM/DD/YYYY', ['05/02/2027', '13/02/2027'], [3, 'day-month', null]],
  ['MM/DD/YYYY', ['05/02/2027', '02/13/2027'], null],
  ['DD/MM/YYYY', ['02/13/2027'], [2, 'month-day', null]],
  ['DD.MM.YYYY', ['12/31/2026'], [2, 'month-day', null]],
  ['DD.MM.YYYY', ['31/12/2026', '31-12-2026'], null],
  ['DD.MM.YYYY', ['12/31/2026 12:00:00 AM'], [2, 'month-day', null]],
  ['DD.MM.YYYY', ['31. 12. 2026', '12. 31. 2026'], [3, 'month-day', null]],
  ['MM/DD/YYYY', ['31/02/2027'], [2, 'day-month', null]],
  ['YYYY-MM-DD', ['05/02/2027', '13/02/2027', '28/02/2027'], null],
  ['YYYY-MM-DD', ['13/02/2027', '05/05/2027', '02/13/2027'], [4, 'month-day', 2]],
  ['YYYY/MM/DD', ['13/02/2027', '02/13/2027'], [3, 'month-day', 2]],
  ['YYYY/MM/DD', ['2027/13/02'], [2, 'day-month', null]],
  ['YYYY-MM-DD', ['2026-12-31', '2026-31-12'], [3, 'day-month', null]],
  ['DD.MM.YYYY', ['2026-12-31', '31.12.2026'], null],
  [
    'DD.MM.YYYY',
    ['99/99/2026', '13/13/2026', '0000-00-00', '46387', '', 'soon', '13/02/27', '1/13/20261'],
    null,
  ],
])('(R14) with the format %s, %j mixes orders: %j', (format, texts, expected) => {
  expect(found(format, ...texts)).toEqual(expected);
});

const day = fc.integer({ min: 1, max: 28 });
const month = fc.integer({ min: 1, max: 12 });
const year = fc.integer({ min: 2020, max: 2035 });

test('(R14) one date in the other order is found anywhere in the column', () => {
  const format = fc.constantFrom<DateFormat>('DD.MM.YYYY', 'DD/MM/YYYY', 'DD-MM-YYYY', 'MM/DD/YYYY');
  const dates = fc.array(fc.tuple(day, month, year), { maxLength: 20 });
  const proof = fc.tuple(fc.integer({ min: 13, max: 28 }), month, year);
  fc.assert(
    fc.property(format, dates, proof, fc.nat(20), (format, dates, [d, m, y], place) => {
      const write = (first: number, second: number, year: number) =>
        format
          .replace(/^(DD|MM)/, String(first))
          .replace(/(DD|MM)/, String(second))
          .replace('YYYY', String(year));
      const isDayFirst = format.startsWith('DD');
      const right = dates.map(([d, m, y]) => (isDayFirst ? write(d, m, y) : write(m, d, y)));
      expect(found(format, ...right)).toBeNull();
      const wrong = isDayFirst ? write(m, d, y) : write(d, m, y);
      const at = Math.min(place, right.length);
      const mixed = found(format, ...right.toSpliced(at, 0, wrong));
      expect(mixed?.[0]).toBe(at + 2);
    }),
  );
});

test.each<[string, DateFormat, string]>([
  ['2027-02-31', 'YYYY-MM-DD', 'February 2027 has 28 days'],
  ['31.02.2028', 'DD.MM.YYYY', 'February 2028 has 29 days'],
  ['02/30/2027', 'MM/DD/YYYY', 'February 2027 has 28 days'],
  ['31.11.2026', 'YYYY-MM-DD', 'November 2026 has 30 days'],
  ['2026/4/31', 'YYYY/MM/DD', 'April 2026 has 30 days'],
  ['2026-06-31 00:00:00', 'DD.MM.YYYY', 'June 2026 has 30 days'],
])('(R14) “%s” with the format %s is called a day that does not exist', (text, format, words) => {
  const read = parseDate(text, format);
  expect('problem' in read && read.problem).toBe(
    `“${text.replace(' 00:00:00', '')}” doesn't exist: ${words}.`,
  );
});
