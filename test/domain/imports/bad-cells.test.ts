import { describe, expect, test } from 'vitest';
import { evaluateUser } from '../../../domain/imports/evaluate-user.ts';
import type { UserFacts } from '../../../domain/imports/user-facts.ts';
import { lena } from './lena.ts';
import { problemsIn } from './problems.ts';

const nothingElse = { emailOwnerId: null, manager: null, managerIsInFile: false };
const about = (values: UserFacts['values'], facts: Partial<UserFacts> = {}): UserFacts => ({
  values,
  user: lena,
  ...nothingElse,
  ...facts,
});
const newcomer = { externalId: 'E9', name: 'N', email: 'n@x.example' };
const bad = (field: string | null) => [{ field, message: 'This is bad.' }];

describe('a bad cell beside an end date (R8)', () => {
  const endDate = '2026-12-10';
  const optional = ['department', 'jobTitle', 'manager', 'startDate', 'timeZone'];

  test.each([...optional, 'name', 'email'])('in %s of a known person is a warning', (field) => {
    expect(evaluateUser(about({ endDate }), bad(field))).toMatchObject({
      verdict: 'change',
      changes: { endDate: [null, endDate] },
      warnings: bad(field),
      leaving: 'starts',
    });
  });

  test.each(optional)('in %s of a newcomer is a warning', (field) => {
    const judged = evaluateUser(about({ ...newcomer, endDate }, { user: null }), bad(field));
    expect(judged).toMatchObject({ verdict: 'create', warnings: bad(field), leaving: 'starts' });
    expect(judged.changes).not.toHaveProperty(field);
  });

  test.each(['externalId', 'endDate', 'status', null])('in %s refuses the line', (field) => {
    expect(evaluateUser(about({ endDate }), bad(field))).toMatchObject({
      verdict: 'error',
      problems: bad(field),
      leaving: null,
    });
  });

  test.each(['name', 'email'])('in %s of a newcomer refuses the line', (field) => {
    expect(evaluateUser(about({ ...newcomer, endDate }, { user: null }), bad(field)).verdict).toBe('error');
  });

  test('a start date after it is not stored; one that is stored makes the end date the bad cell', () => {
    const startDate = '2027-01-01';
    expect(evaluateUser(about({ startDate, endDate }))).toMatchObject({
      changes: { endDate: [null, endDate] },
      warnings: [{ field: 'startDate', message: `The start date is after the end date, ${endDate}.` }],
    });
    const later = { ...lena, startDate };
    expect(problemsIn(evaluateUser(about({ startDate, endDate }, { user: later })))).toEqual([
      `endDate: The end date is before the start date, ${startDate}.`,
    ]);
  });

  test('an address that somebody else has is not stored; a line without anything else is refused', () => {
    const taken = { emailOwnerId: 1 };
    const message = 'That email is already in use.';
    expect(evaluateUser(about({ email: 'mira@x.example', endDate }, taken))).toMatchObject({
      changes: { endDate: [null, endDate] },
      warnings: [{ field: 'email', message }],
    });
    expect(problemsIn(evaluateUser(about({ email: 'mira@x.example' }, taken)))).toEqual([
      `email: ${message}`,
    ]);
  });

  test('a manager whom the reference of two people fits is not stored, and both are named (E1)', () => {
    const manager = { id: 2, name: 'Ida', isGone: false, fitsToo: 'Ole' };
    expect(evaluateUser(about({ manager: 'a@b', endDate }, { manager }))).toMatchObject({
      changes: { endDate: [null, endDate] },
      warnings: [{ field: 'manager', message: 'This matches two people: Ida by external ID, Ole by email.' }],
    });
  });
});
