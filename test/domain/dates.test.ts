import { expect, test } from 'vitest';
import {
  addDays,
  daysBetween,
  endOfLastDay,
  isCalendarDate,
  isTimeZone,
  startOfDay,
  todayIn,
} from '../../domain/dates.ts';

test.each(['2026-12-31', '2024-02-29', '1970-01-01', '2199-12-31'])('%s is a date', (text) => {
  expect(isCalendarDate(text)).toBe(true);
});

test.each([
  '2026-02-30',
  '2025-02-29',
  '2026-1-1',
  '31.12.2026',
  '2026-12-31T00:00',
  '',
  '1969-12-31',
  '2200-01-01',
  '٢٠٢٦-١٢-٣١',
])('%s is not a date', (text) => {
  expect(isCalendarDate(text)).toBe(false);
});

test('a time zone is an IANA name', () => {
  expect(isTimeZone('Pacific/Tongatapu')).toBe(true);
  expect(isTimeZone('Europe/Berlin')).toBe(true);
  expect(isTimeZone('Mars/Olympus')).toBe(false);
  expect(isTimeZone('')).toBe(false);
});

test('today differs between zones at the same time', () => {
  const noonUtc = new Date('2026-11-24T12:00:00Z');
  expect(todayIn('Pacific/Tongatapu', noonUtc)).toBe('2026-11-25');
  expect(todayIn('UTC', noonUtc)).toBe('2026-11-24');
  expect(todayIn('Pacific/Pago_Pago', new Date('2026-11-24T10:59:00Z'))).toBe('2026-11-23');
});

test('days are calendar days, over DST changes and leap days', () => {
  expect(daysBetween('2026-03-28', '2026-03-30')).toBe(2);
  expect(daysBetween('2024-02-28', '2024-03-01')).toBe(2);
  expect(daysBetween('2026-01-01', '2025-12-31')).toBe(-1);
  expect(addDays('2026-10-24', 2)).toBe('2026-10-26');
  expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
});

test.each([
  // zone, last day, its end
  ['UTC', '2026-11-24', '2026-11-25T00:00:00.000Z'],
  ['Pacific/Tongatapu', '2026-11-24', '2026-11-24T11:00:00.000Z'],
  ['Pacific/Pago_Pago', '2026-11-24', '2026-11-25T11:00:00.000Z'],
  // A day of 23 hours and a day of 25 hours.
  ['Europe/Berlin', '2026-03-29', '2026-03-29T22:00:00.000Z'],
  ['Europe/Berlin', '2026-10-25', '2026-10-25T23:00:00.000Z'],
])('in %s the last day %s is over at %s', (zone, lastDay, end) => {
  expect(endOfLastDay(lastDay, zone).toISOString()).toBe(end);
});

test('a day whose midnight does not exist begins at its first instant', () => {
  // In Cairo the clock jumped from 00:00 to 01:00 on 28 April 2023.
  expect(startOfDay('2023-04-28', 'Africa/Cairo').toISOString()).toBe('2023-04-27T22:00:00.000Z');
  expect(endOfLastDay('2023-04-27', 'Africa/Cairo').toISOString()).toBe('2023-04-27T22:00:00.000Z');
});
