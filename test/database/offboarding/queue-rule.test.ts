import { expect, test } from 'vitest';
import { belongsInQueue, inSafetyNet, leavesSoon, queueOrder } from './queue-rule.ts';

const today = '2026-11-24';
const active = (endDate: string | null, hardware = 0) => ({ status: 'active' as const, endDate, hardware });
const offboarded = (hardware: number) => ({ status: 'offboarded' as const, endDate: '2026-10-01', hardware });

test('a person who leaves within the look-ahead is in the queue, including its last day', () => {
  expect(leavesSoon(active('2026-12-24'), today, 30)).toBe(true);
  expect(leavesSoon(active('2026-12-25'), today, 30)).toBe(false);
  expect(leavesSoon(active('2026-12-25'), today, 60)).toBe(true);
});

test('a person whose end date is long past is still in the queue', () => {
  expect(leavesSoon(active('2019-01-01'), today, 7)).toBe(true);
});

test('a person without an end date is not in the queue', () => {
  expect(belongsInQueue(active(null, 3), today, 180)).toBe(false);
});

test('a suspended person who leaves is in the queue', () => {
  expect(leavesSoon({ status: 'suspended', endDate: '2026-11-30', hardware: 0 }, today, 30)).toBe(true);
});

test('an offboarded person is in the queue only while they have hardware', () => {
  expect(inSafetyNet(offboarded(1))).toBe(true);
  expect(belongsInQueue(offboarded(1), today, 7)).toBe(true);
  expect(belongsInQueue(offboarded(0), today, 180)).toBe(false);
  expect(inSafetyNet(active('2026-10-01', 2))).toBe(false);
});

test('people are sorted by end date, then by id, those without an end date last', () => {
  const people = [
    { id: 4, endDate: null },
    { id: 3, endDate: '2026-12-01' },
    { id: 2, endDate: '2026-11-01' },
    { id: 1, endDate: '2026-12-01' },
    { id: 5, endDate: null },
  ];
  expect(people.sort(queueOrder).map(({ id }) => id)).toEqual([2, 1, 3, 4, 5]);
});
