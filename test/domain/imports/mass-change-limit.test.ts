import { describe, expect, test } from 'vitest';
import { massChangeWords, needsConfirmation } from '../../../domain/imports/mass-change-limit.ts';

describe('the mass-change limit', () => {
  const limit = { count: 5, percent: 2 };

  test.each([
    [5, 1_000, false],
    [6, 1_000, true],
    [2, 100, false],
    [3, 100, true],
    [3, 149, true],
    [3, 150, false],
    [0, 0, false],
  ])('with %i new end dates among %i people: %s', (starts, workforce, expected) => {
    expect(needsConfirmation({ starts, stops: 0, workforce }, limit)).toBe(expected);
  });

  test('counts cleared end dates too, because an empty column would cancel every offboarding', () => {
    expect(needsConfirmation({ starts: 0, stops: 6, workforce: 10_000 }, limit)).toBe(true);
    expect(massChangeWords({ starts: 1, stops: 6, workforce: 10_000 }, limit)).toMatch(
      /^1 person would get an end date and 6 people would lose theirs\./,
    );
  });
});
