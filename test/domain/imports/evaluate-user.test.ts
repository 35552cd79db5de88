import { describe, expect, test } from 'vitest';
import { evaluateUser } from '../../../domain/imports/evaluate-user.ts';
import type { Evaluation } from '../../../domain/imports/evaluation.ts';
import type { KnownUser, UserFacts } from '../../../domain/imports/user-facts.ts';
import { lena } from './lena.ts';
import { problemsIn } from './problems.ts';

const about = (facts: Partial<UserFacts>): UserFacts => ({
  values: {},
  user: lena,
  emailOwnerId: facts.values?.email === undefined ? null : 7,
  manager: null,
  managerIsInFile: false,
  ...facts,
});

describe('a line about a user', () => {
  test('with the current values changes nothing', () => {
    const values = {
      externalId: 'E7',
      name: 'Lena',
      email: 'lena@x.example',
      department: 'Sales',
      jobTitle: null,
      manager: 'E1',
      endDate: null,
    };
    const judged = evaluateUser(about({ values, manager: { id: 1, name: 'Mira', isGone: false } }));
    expect(judged).toEqual({ verdict: 'same', problems: [], warnings: [], changes: {}, leaving: null });
  });

  test('changes only the fields it names', () => {
    const judged = evaluateUser(about({ values: { department: null, jobTitle: 'Lead' } }));
    expect(judged.changes).toEqual({ department: ['Sales', null], jobTitle: [null, 'Lead'] });
    expect(judged.verdict).toBe('change');
  });

  test('about a new user needs a name, and no email (R16)', () => {
    expect(problemsIn(evaluateUser(about({ user: null, values: { externalId: 'E9' } })))).toEqual([
      'name: A new person needs a name.',
    ]);
    expect(evaluateUser(about({ user: null, values: { externalId: 'E9', name: 'N' } })).verdict).toBe(
      'create',
    );
    expect(
      evaluateUser(about({ user: null, emailOwnerId: null, values: { name: 'N', email: 'n@x.example' } }))
        .verdict,
    ).toBe('create');
  });

  test('with an email that is none is refused, unless that is the stored one', () => {
    const values = { email: '.lena@x.example' };
    const expected = ['email: Expected an email such as name@example.com.'];
    expect(problemsIn(evaluateUser(about({ values })))).toEqual(expected);
    const newcomer = { ...values, name: 'Lena' };
    expect(problemsIn(evaluateUser(about({ values: newcomer, user: null, emailOwnerId: null })))).toEqual(
      expected,
    );
    expect(evaluateUser(about({ values, user: { ...lena, ...values } })).verdict).toBe('same');
  });

  test('cannot take the email of another user', () => {
    expect(problemsIn(evaluateUser(about({ values: { email: 'mira@x.example' }, emailOwnerId: 1 })))).toEqual(
      ['email: That email is already in use.'],
    );
  });

  test('stores only a manager who exists, or is in the same file (R8)', () => {
    const values = { manager: 'E99' };
    expect(evaluateUser(about({ values }))).toMatchObject({
      verdict: 'same',
      warnings: [{ field: 'manager', message: 'No one has this external ID or email.' }],
    });
    expect(evaluateUser(about({ values, managerIsInFile: true })).changes).toEqual({
      manager: ['Mira', 'E99'],
    });
  });

  test('cannot make a user their own manager', () => {
    const warnings = [{ field: 'manager', message: "A person can't be their own manager." }];
    const self = { id: 7, name: 'Lena', isGone: false };
    expect(evaluateUser(about({ values: { manager: 'E7' }, manager: self }))).toMatchObject({
      verdict: 'same',
      warnings,
    });
    const newcomer = { externalId: 'E9', name: 'N', email: 'N@x.example', manager: 'n@X.example' };
    const { manager: _, ...added } = newcomer;
    const judged = evaluateUser(
      about({ user: null, emailOwnerId: null, values: newcomer, managerIsSelf: true }),
    );
    expect(judged).toMatchObject({ verdict: 'create', warnings });
    expect(Object.keys(judged.changes)).toEqual(Object.keys(added));
  });

  test('with an offboarded manager stores none, with a warning', () => {
    const gone = { id: 2, name: 'Gert', isGone: true };
    expect(evaluateUser(about({ values: { manager: 'E2' }, manager: gone }))).toMatchObject({
      verdict: 'change',
      changes: { manager: ['Mira', null] },
      warnings: [{ field: 'manager', message: 'Gert is offboarded, so the manager is left empty.' }],
    });
    const without = { ...lena, managerId: null, managerName: null };
    expect(evaluateUser(about({ user: without, values: { manager: 'E2' }, manager: gone }))).toMatchObject({
      verdict: 'same',
    });
  });

  test('cannot set an end date before the start date', () => {
    expect(problemsIn(evaluateUser(about({ values: { endDate: '2019-12-31' } })))).toEqual([
      'endDate: The end date is before the start date, 2020-01-01.',
    ]);
    const leaving = { ...lena, endDate: '2026-12-31', isLeaving: true };
    expect(evaluateUser(about({ user: leaving, values: { startDate: '2027-01-01' } })).warnings).toEqual([
      { field: 'startDate', message: 'The start date is after the end date, 2026-12-31.' },
    ]);
  });

  test('cannot change end date, status or manager of an offboarded user', () => {
    const gone: KnownUser = { ...lena, status: 'offboarded', endDate: '2026-01-31', isGone: true };
    expect(
      evaluateUser(about({ user: gone, values: { endDate: '2026-01-31', status: 'offboarded' } })).verdict,
    ).toBe('same');
    expect(evaluateUser(about({ user: gone, values: { jobTitle: 'Was lead' } })).verdict).toBe('change');
    for (const values of [
      { endDate: '2026-02-28' },
      { endDate: null },
      { status: 'active' as const },
      { manager: null },
    ]) {
      expect(problemsIn(evaluateUser(about({ user: gone, values })))).toEqual([
        `${Object.keys(values)[0]}: This person is offboarded, which can't be undone.`,
      ]);
    }
  });

  const leaving: KnownUser = { ...lena, endDate: '2026-12-31', isLeaving: true };
  const marked: KnownUser = { ...lena, status: 'offboarded', isLeaving: true };
  test.each<[string, KnownUser | null, UserFacts['values'], Evaluation['leaving']]>([
    ['a first end date', lena, { endDate: '2026-12-31' }, 'starts'],
    ['the same end date', leaving, { endDate: '2026-12-31' }, null],
    ['another end date', leaving, { endDate: '2027-01-31' }, 'moves'],
    ['no end date any more', leaving, { endDate: null }, 'stops'],
    ['somebody new with an end date', null, { name: 'N', email: 'n@x', endDate: '2026-12-31' }, 'starts'],
    ['somebody new without', null, { name: 'N', email: 'n@x' }, null],
    ['somebody marked offboarded', lena, { status: 'offboarded' }, 'starts'],
    ['somebody marked offboarded who leaves already', leaving, { status: 'offboarded' }, null],
    ['that taken back', marked, { status: 'active' }, 'stops'],
    ['a date for somebody marked offboarded', marked, { endDate: '2026-12-31' }, 'starts'],
  ])('classifies %s', (_, user, values, expected) => {
    expect(evaluateUser(about({ user, values, emailOwnerId: null })).leaving).toBe(expected);
  });
});
