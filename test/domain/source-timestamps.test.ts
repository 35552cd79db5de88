import { describe, expect, test } from 'vitest';
import { outdated, sourceTimestamp, withTimestamp } from '../../domain/source-timestamps.ts';

describe('a source time', () => {
  test.each([
    ['2026-11-24T10:15:00Z', '2026-11-24T10:15:00.000000000Z'],
    ['2026-11-24T10:15Z', '2026-11-24T10:15:00.000000000Z'],
    ['2026-11-24T10:15:00.5+01:00', '2026-11-24T09:15:00.500000000Z'],
    ['2026-12-31T23:30:00.123456789-02:00', '2027-01-01T01:30:00.123456789Z'],
  ])('%s is stored as %s', (written, kept) => {
    expect(sourceTimestamp(written)).toBe(kept);
  });

  test.each([
    '2026-11-24',
    '2026-11-24T10:15:00',
    '2026-11-24 10:15:00Z',
    '2026-02-30T25:00:00Z',
    '2026-11-24T10:15:60Z',
    '2026-11-24T10:15:00.1234567890Z',
    '0000-01-01T00:00:00+23:00',
    '1732443300',
    'now',
    '',
  ])('%s is invalid', (text) => {
    expect(sourceTimestamp(text)).toBeNull();
  });

  test('is compared as text, beyond milliseconds', () => {
    const [earlier, later] = ['2026-11-24T10:15:00.123456Z', '2026-11-24T11:15:00.123457+01:00'];
    expect(sourceTimestamp(earlier)! < sourceTimestamp(later)!).toBe(true);
  });
});

describe('an update of some fields', () => {
  const [early, late] = ['2026-01-01T00:00:00.000000000Z', '2026-02-01T00:00:00.000000000Z'];
  const known = { name: early, endDate: late };

  test('is outdated only where a later time is stored', () => {
    expect(outdated(known, ['name', 'endDate', 'department'], early)).toEqual(['endDate']);
    expect(outdated(known, ['name', 'endDate'], late)).toEqual([]);
  });

  test('stores the times of its fields', () => {
    expect(withTimestamp(known, ['name', 'department'], late)).toEqual({
      name: late,
      endDate: late,
      department: late,
    });
  });

  test('may name a property of Object.prototype', () => {
    expect(outdated(known, ['constructor'], early)).toEqual([]);
  });
});
