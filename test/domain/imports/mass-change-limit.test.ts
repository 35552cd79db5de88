import { describe, expect, test } from 'vitest';
import { type FirstVendor, needsConfirmation, toConfirm } from '../../../domain/imports/mass-change-limit.ts';
import { massChangeWords } from '../../../domain/imports/mass-change-words.ts';

const limit = { count: 5, percent: 2 };
const file = { kind: 'users' as const, columns: [{ header: 'Reports to', field: 'manager' }] };
const leaving = (starts: number, stops: number, workforce: number) => ({ starts, stops, workforce });

describe('the mass-change limit', () => {
  test.each([
    [5, 1_000, false],
    [6, 1_000, true],
    [2, 100, false],
    [3, 100, true],
    [3, 149, true],
    [3, 150, false],
    [0, 0, false],
  ])('with %i changes among %i people: %s', (count, all, expected) => {
    expect(needsConfirmation(leaving(count, 0, all), limit)).toBe(expected);
    const others = { changes: { managersCleared: count }, subjects: count, total: all };
    expect(needsConfirmation({ ...leaving(0, 0, all), ...others }, limit)).toBe(expected);
  });

  test('counts cleared end dates too, because an empty column would cancel every offboarding', () => {
    expect(needsConfirmation(leaving(0, 6, 10_000), limit)).toBe(true);
    expect(massChangeWords(file, leaving(1, 6, 10_000), limit)).toMatch(
      /^1 person would get an end date and 6 people would have theirs removed\./,
    );
    expect(massChangeWords(file, leaving(0, 6, 10_000), limit)).toMatch(
      /^6 people would have their end date removed\./,
    );
  });

  test('asks for the people who start or stop leaving, while no other kind is beyond it', () => {
    const few = { changes: { titlesReplaced: 2 }, subjects: 8, total: 1_000 };
    expect(toConfirm({ ...leaving(4, 3, 1_000), ...few }, limit)).toBe(7);
    const many = { changes: { titlesReplaced: 6 }, subjects: 9, total: 1_000 };
    expect(toConfirm({ ...leaving(4, 3, 1_000), ...many }, limit)).toBe(9);
  });

  test('is explained in one sentence for each kind (R9)', () => {
    const change = {
      ...leaving(0, 0, 117),
      changes: { managersCleared: 88, titlesReplaced: 1 },
      subjects: 88,
      total: 117,
      emptyFields: ['manager'],
    };
    expect(massChangeWords(file, change, limit)).toBe(
      '88 people would have their manager removed. 1 person would get a different job title. ' +
        'The column “Reports to” is empty on every line, but Lastday has values for it. ' +
        "That's over this workspace's limit for one file (5 people or 2% of 117, whichever is less).",
    );
  });

  test('is explained for assets too (R1)', () => {
    const words = (kind: 'assets', changes: Record<string, number>) =>
      massChangeWords({ kind, columns: [] }, { ...leaving(0, 0, 9), changes, total: 2_400 }, limit);
    expect(words('assets', { serialsCleared: 1, serialsReplaced: 1_200 })).toBe(
      '1 asset would have its serial number removed. 1,200 assets would get a different serial number. ' +
        "That's over this workspace's limit for one file (5 assets or 2% of 2,400, whichever is less).",
    );
  });

  test('does not matter for the first vendor of a license, which always needs a confirmation (R6)', () => {
    const of = (count: number, firstVendors: FirstVendor[]) => ({
      ...leaving(0, 0, 117),
      changes: { vendorsStated: count },
      subjects: count,
      total: 1_000,
      firstVendors,
    });
    const figma = { license: 'Figma', vendor: 'Figma Inc.' };
    const miro = { license: 'Miro', vendor: 'RealtimeBoard' };
    const none = { count: 1_000, percent: 100 };
    expect([needsConfirmation(of(1, [figma]), none), toConfirm(of(1, [figma]), none)]).toEqual([true, 1]);
    expect(needsConfirmation(of(0, []), none)).toBe(false);
    const words = (count: number, names: FirstVendor[]) =>
      massChangeWords({ kind: 'licenses', columns: [] }, of(count, names), none);
    const always = 'Adding a vendor to a license always needs confirmation.';
    expect(words(1, [figma])).toBe(`1 license would get a vendor: Figma → Figma Inc. ${always}`);
    expect(words(2, [figma, miro])).toBe(
      `2 licenses would get a vendor: Figma → Figma Inc., Miro → RealtimeBoard. ${always}`,
    );
    expect(words(9, [figma])).toBe(`9 licenses would get a vendor: Figma → Figma Inc. and 8 more. ${always}`);
  });

  test('of an older preview counts the end dates alone', () => {
    expect(needsConfirmation(leaving(5, 0, 1_000), limit)).toBe(false);
    expect(toConfirm(leaving(6, 0, 1_000), limit)).toBe(6);
  });
});
