import { describe, expect, test } from 'vitest';
import { columnsOf } from '../../../domain/imports/columns.ts';
import { readHeader } from '../../../domain/imports/header.ts';
import { hrTitles } from '../../../domain/imports/hr-titles.ts';
import { suggestedFields } from '../../../domain/imports/suggested-field.ts';

const fieldsOf = (...headers: string[]) => readHeader('users', headers).columns.map(({ field }) => field);

describe('(R17) a title of HR exports', () => {
  const titles = Object.entries(hrTitles).flatMap(([field, all]) =>
    all.map((title) => [title, field] as const),
  );

  test.each(titles)('%s is %s', (title, field) => {
    const half = { firstName: 'lastName', lastName: 'firstName' }[field];
    expect(fieldsOf(title, ...(half ? [half] : []))[0]).toBe(field);
    expect(fieldsOf(title.toUpperCase(), ...(half ? [half] : []))[0]).toBe(field);
  });

  test('means one field alone, and a field that exists', () => {
    const known = columnsOf.users.map(({ field }) => field);
    expect(Object.keys(hrTitles).filter((field) => !known.includes(field))).toEqual([]);
    const plain = titles.map(([title, field]) => `${title.toLowerCase().replace(/[^\p{L}]/gu, '')} ${field}`);
    const own = columnsOf.users.flatMap(({ field, aliases }) =>
      [field, ...aliases].map((name) => `${name.toLowerCase().replace(/[^\p{L}]/gu, '')} ${field}`),
    );
    const meanings = Map.groupBy(new Set([...plain, ...own]), (line) => line.split(' ')[0]);
    expect([...meanings.values()].filter((fields) => fields.length > 1)).toEqual([]);
  });

  test('gives way to one of our own names, and is refused beside another title', () => {
    expect(readHeader('users', ['email', 'Work Email'])).toMatchObject({
      unknown: ['Work Email'],
      repeated: [],
    });
    expect(readHeader('users', ['id', 'Termination date', 'Last working day']).repeated).toEqual([
      'Termination date',
      'Last working day',
    ]);
  });

  test('of half a name counts only beside the other half', () => {
    expect(readHeader('users', ['id', 'Vorname', 'Name'])).toMatchObject({ unknown: ['Vorname'] });
    expect(fieldsOf('id', 'Vorname', 'Nachname')).toEqual(['externalId', 'firstName', 'lastName']);
  });

  test('means nothing for assets and licenses', () => {
    expect(readHeader('assets', ['tag', 'Abteilung']).unknown).toEqual(['Abteilung']);
  });
});

describe('(R17) a suggestion', () => {
  const suggested = (headers: string[], samples: string[] = []) =>
    suggestedFields(
      'users',
      readHeader('users', headers).columns.map(({ header, field }) => ({ header, known: field, samples })),
    );

  test.each<[string, string]>([
    ['Staff no.', 'externalId'],
    ['Corporate e-mail', 'email'],
    ['Private e-mail', 'ignore'],
    ['Personal email', 'ignore'],
    ['Supervisor e-mail', 'manager'],
    ['Manager name', 'ignore'],
    ['Kostenstelle', 'ignore'],
    ['Cost center', 'ignore'],
    ['Abteilung (lang)', 'department'],
    ['Company name', 'ignore'],
    ['Gender', 'ignore'],
    ['Leaves on', ''],
    ['Kündigung zum', ''],
    ['Employment status', ''],
  ])('for %s is “%s”', (header, field) => {
    expect(suggested([header])).toEqual([field]);
  });

  test('is made once for each field, and never for an end date or a status', () => {
    expect(suggested(['email', 'Second e-mail', 'endDate', 'status', 'Termination date'])).toEqual([
      'email',
      'ignore',
      '',
      '',
      '',
    ]);
    expect(suggested(['Vorname', 'Name'])).toEqual(['firstName', 'lastName']);
  });

  test('leaves every column of dates to a person', () => {
    for (const date of ['2026-12-31', '31.12.2026', '12/31/26'])
      expect(suggested(['Badge'], ['', date])).toEqual(['']);
    expect(suggested(['Badge'], ['12', 'yes'])).toEqual(['ignore']);
  });
});
