import { describe, expect, test } from 'vitest';
import { evaluateLicense, type LicenseFacts } from '../../../domain/imports/evaluate-license.ts';
import { problemsIn } from './problems.ts';

describe('a line about a license', () => {
  const figma = { id: 4, vendor: 'Figma', seatsTotal: 3, seatsUsed: 2 };
  const mira = { id: 1, name: 'Mira', status: 'active' as const, directoryInactive: false };
  const of = (facts: Partial<LicenseFacts>): LicenseFacts => ({
    license: figma,
    vendors: ['Figma'],
    mayTakeVendor: true,
    foldedName: 'figma',
    user: null,
    hasSeat: false,
    ...facts,
    values: { license: 'Figma', ...facts.values },
  });

  test('assigns a seat, once', () => {
    const values = { license: 'Figma', user: 'E1' };
    expect(evaluateLicense(of({ values, user: mira })).verdict).toBe('create');
    expect(evaluateLicense(of({ values, user: mira, hasSeat: true })).verdict).toBe('same');
  });

  test('is changed, not new, when it also alters the license (R6)', () => {
    const values = { license: 'Figma', vendor: 'FIGMA', user: 'E1', seatsTotal: 9 };
    const { verdict, changes } = evaluateLicense(of({ values, user: mira }));
    expect([verdict, changes]).toEqual(['change', { seatsTotal: ['3', '9'], user: [null, 'Mira'] }]);
  });

  test('gives a license without a vendor the one that it states, and counts as changed (R6)', () => {
    const license = { ...figma, vendor: null };
    const values = { license: 'Figma', vendor: 'Figma Inc.', user: 'E1' };
    const { verdict, changes } = evaluateLicense(of({ license, vendors: [null], values, user: mira }));
    expect([verdict, changes]).toEqual(['change', { vendor: [null, 'Figma Inc.'], user: [null, 'Mira'] }]);
    expect(evaluateLicense(of({ license, vendors: [null] })).verdict).toBe('same');
  });

  test('changes the number of seats, but not below those in use', () => {
    expect(evaluateLicense(of({ values: { license: 'Figma', seatsTotal: 2 } })).changes).toEqual({
      seatsTotal: ['3', '2'],
    });
    expect(problemsIn(evaluateLicense(of({ values: { license: 'Figma', seatsTotal: 1 } })))).toEqual([
      "seatsTotal: 2 seats are in use, so the total can't be lower.",
    ]);
  });

  test.each<[string, Partial<LicenseFacts>, string]>([
    [
      'it is new and has no number of seats',
      { license: null },
      'seatsTotal: A new license needs a number of seats.',
    ],
    [
      'several have the name',
      { license: null, vendors: ['Figma', null] },
      'vendor: Several licenses have this name: Figma (Figma) and Figma (no vendor). Add the vendor.',
    ],
    [
      'its license would take a vendor that was not confirmed (R6)',
      {
        license: { ...figma, vendor: null },
        vendors: [null],
        mayTakeVendor: false,
        values: { license: 'Figma', vendor: 'Adobe' },
      },
      "vendor: Figma has no vendor, and adding one wasn't confirmed. Import this line again to confirm it.",
    ],
    [
      'it states a vendor, and two licenses have none',
      {
        license: { ...figma, vendor: null },
        vendors: [null, null],
        values: { license: 'Figma', vendor: 'Adobe' },
      },
      'vendor: Several licenses named Figma have no vendor. Set their vendors on their pages first.',
    ],
    [
      'nobody is known by the id',
      { values: { license: 'Figma', user: 'E9' } },
      'user: No one has this external ID or email.',
    ],
    [
      'the person is suspended',
      {
        values: { license: 'Figma', user: 'E1' },
        user: { ...mira, status: 'suspended', directoryInactive: false },
      },
      "user: Mira is suspended and can't get new items.",
    ],
  ])('is refused when %s', (_, facts, expected) => {
    expect(problemsIn(evaluateLicense(of(facts)))).toEqual([expected]);
  });
});
