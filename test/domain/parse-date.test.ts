import { describe, expect, test } from 'vitest';
import { type DateFormat, dateFormats, exampleOf, parseDate } from '../../domain/parse-date.ts';

const date = (text: string, format: DateFormat) => {
  const read = parseDate(text, format);
  return 'date' in read ? read.date : null;
};
const problem = (text: string, format: DateFormat) => {
  const read = parseDate(text, format);
  return 'problem' in read ? read.problem : null;
};

test.each(dateFormats)('an ISO date is accepted with the format %s', (format) => {
  expect(date('2026-12-31', format)).toBe('2026-12-31');
  expect(date(exampleOf(format), format)).toBe('2026-12-31');
});

test.each<[string, DateFormat, string | null]>([
  ['31.12.2026', 'DD.MM.YYYY', '2026-12-31'],
  ['1.2.2026', 'DD.MM.YYYY', '2026-02-01'],
  [' 01.02.2026 ', 'DD.MM.YYYY', '2026-02-01'],
  ['03/04/2026', 'DD/MM/YYYY', '2026-04-03'],
  ['03/04/2026', 'MM/DD/YYYY', '2026-03-04'],
  ['03-04-2026', 'DD-MM-YYYY', '2026-04-03'],
  ['2026/4/3', 'YYYY/MM/DD', '2026-04-03'],
  ['2026-12-31 00:00:00', 'YYYY-MM-DD', '2026-12-31'],
  ['2026-12-31T00:00:00.000Z', 'YYYY-MM-DD', '2026-12-31'],
  ['29.02.2028', 'DD.MM.YYYY', '2028-02-29'],
  // A month of 31 means that the file uses another order.
  ['12/31/2026', 'DD/MM/YYYY', null],
  ['31.12.2026', 'MM/DD/YYYY', null],
  ['31/12/2026', 'DD.MM.YYYY', null],
  ['29.02.2026', 'DD.MM.YYYY', null],
  ['31.12.26', 'DD.MM.YYYY', null],
  ['2026-12-31 17:30', 'YYYY-MM-DD', null],
  ['46387', 'DD.MM.YYYY', null],
  ['31 Dec 2026', 'DD.MM.YYYY', null],
  ['0000-00-00', 'YYYY-MM-DD', null],
  ['tomorrow', 'YYYY-MM-DD', null],
])('“%s” with the format %s is %s', (text, format, expected) => {
  expect(date(text, format)).toBe(expected);
});

describe('the message about a rejected date', () => {
  test('names both dates of an ambiguous one', () => {
    expect(problem('03/04/2026', 'DD.MM.YYYY')).toBe(
      '“03/04/2026” could mean 2026-04-03 or 2026-03-04. Write dates as 2026-12-31 or as 31.12.2026.',
    );
    expect(problem('03/04/2026', 'YYYY-MM-DD')).toContain('set the date format under Workspace');
  });

  test('does not call a date ambiguous that is the same in both orders', () => {
    expect(problem('04/04/2026', 'YYYY-MM-DD')).not.toContain(' can be ');
  });

  test("asks for a four-digit year, and explains a spreadsheet's serial number", () => {
    expect(problem('31.12.26', 'DD.MM.YYYY')).toContain('with four digits');
    expect(problem('46387', 'DD.MM.YYYY')).toContain("is a spreadsheet's internal number for a date");
  });
});
