import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { columnsOf } from '../../../domain/imports/columns.ts';
import { readHeader } from '../../../domain/imports/header.ts';
import { importKinds } from '../../../domain/imports/imports.ts';

const fieldsOf = (headers: string[]) => readHeader('users', headers).columns.map(({ field }) => field);

describe('a header', () => {
  test.each(importKinds)('of %s may contain every column', (kind) => {
    const fields = columnsOf[kind].map(({ field }) => field);
    expect(readHeader(kind, fields)).toMatchObject({ unknown: [], repeated: [], missing: [] });
  });

  test('ignores case, spaces and punctuation', () => {
    expect(fieldsOf(['External ID', 'E-Mail', 'end_date', 'JOB TITLE', 'Manager (e-mail)'])).toEqual([
      'externalId',
      'email',
      'endDate',
      'jobTitle',
      'manager',
    ]);
  });

  test('reports unknown, repeated and missing columns', () => {
    expect(readHeader('users', ['Name', 'Salary']).unknown).toEqual(['Salary']);
    expect(readHeader('users', ['Email', 'E-Mail', 'Name']).repeated).toEqual(['Email', 'E-Mail']);
    expect(readHeader('users', ['Name']).missing).toEqual(['externalId', 'email']);
    expect(readHeader('assets', ['Model']).missing).toEqual(['tag']);
  });

  test('of our own error file ignores its two extra columns', () => {
    expect(readHeader('users', ['Line', 'Problems', 'Email']).unknown).toEqual([]);
  });
});

test('docs/imports.md lists every column and alias', () => {
  const text = readFileSync(new URL('../../../docs/imports.md', import.meta.url), 'utf8');
  const names = importKinds.flatMap((kind) =>
    columnsOf[kind].map(({ field, aliases }) => `| \`${field}\` | ${aliases.join(', ')}`),
  );
  expect(names.filter((name) => !text.includes(name.trimEnd()))).toEqual([]);
});
