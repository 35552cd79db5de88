import { describe, expect, test } from 'vitest';
import type { CalendarDate } from '../../../domain/dates.ts';
import {
  nextOverdueReminder,
  outcomeAt,
  planReminders,
  type ReminderKind,
  type ReminderSettings,
  remindersFor,
  type SkipReason,
  type StoredReminder,
} from '../../../domain/offboarding/reminders.ts';

const usual: ReminderSettings = { daysBefore: [7, 1], overdueEveryDays: 3 };
const inUtc = (date: CalendarDate) => ({ date, zone: 'UTC' });
const names = { before_last_day: 'before', last_day_over: 'over', overdue: 'overdue' };
const lineOf = ({ kind, days, dueAt }: { kind: ReminderKind; days: number; dueAt: Date }) =>
  `${days} ${names[kind]} ${dueAt.toISOString().slice(0, 16)}`;

describe('the reminder times of a last day', () => {
  test.each([
    // 13 hours ahead, 11 hours behind
    [
      'Pacific/Tongatapu',
      '2026-11-24',
      ['7 before 2026-11-16T11:00', '1 before 2026-11-22T11:00', '0 over 2026-11-24T11:00'],
    ],
    [
      'Pacific/Pago_Pago',
      '2026-11-24',
      ['7 before 2026-11-17T11:00', '1 before 2026-11-23T11:00', '0 over 2026-11-25T11:00'],
    ],
    // the clock goes forward, and back, between the times
    [
      'Europe/Berlin',
      '2026-03-29',
      ['7 before 2026-03-21T23:00', '1 before 2026-03-27T23:00', '0 over 2026-03-29T22:00'],
    ],
    [
      'Europe/Berlin',
      '2026-10-25',
      ['7 before 2026-10-17T22:00', '1 before 2026-10-23T22:00', '0 over 2026-10-25T23:00'],
    ],
    // midnight does not exist
    [
      'Africa/Cairo',
      '2023-04-27',
      ['7 before 2023-04-19T22:00', '1 before 2023-04-25T22:00', '0 over 2023-04-27T22:00'],
    ],
  ])('in %s, for %s', (zone, date, lines) => {
    expect(remindersFor({ date, zone }, usual).map(lineOf)).toEqual(lines);
  });

  test('follow the settings, earliest first', () => {
    const settings = { ...usual, daysBefore: [0, 30, 3] };
    expect(remindersFor(inUtc('2026-11-24'), settings).map(lineOf)).toEqual([
      '30 before 2026-10-25T00:00',
      '3 before 2026-11-21T00:00',
      '0 before 2026-11-24T00:00',
      '0 over 2026-11-25T00:00',
    ]);
  });
});

describe('the next overdue reminder', () => {
  const at = (now: string, every = 3, told = 0) =>
    nextOverdueReminder(inUtc('2026-11-20'), { ...usual, overdueEveryDays: every }, new Date(now), told);

  test.each([
    ['2026-11-21T00:00:00Z', '3 overdue 2026-11-24T00:00'],
    ['2026-11-23T23:59:59Z', '3 overdue 2026-11-24T00:00'],
    ['2026-11-24T00:00:00Z', '6 overdue 2026-11-27T00:00'],
    ['2027-02-01T12:00:00Z', '75 overdue 2027-02-04T00:00'],
    // long before the last day: the first one
    ['2026-10-01T00:00:00Z', '3 overdue 2026-11-24T00:00'],
  ])('at %s', (now, line) => {
    expect(lineOf(at(now))).toBe(line);
  });

  test('is the first after now, in every zone, day and interval', () => {
    const start = Date.UTC(2026, 9, 20);
    for (let hours = 0; hours < 40 * 24; hours += 5) {
      const now = new Date(start + hours * 3_600_000);
      for (const zone of ['Europe/Berlin', 'Pacific/Tongatapu', 'America/New_York']) {
        for (const every of [1, 2, 7]) {
          const lastDay = { date: '2026-10-21', zone };
          const next = nextOverdueReminder(lastDay, { ...usual, overdueEveryDays: every }, now);
          expect(next.dueAt > now).toBe(true);
          const { days } = nextOverdueReminder(lastDay, { ...usual, overdueEveryDays: every }, next.dueAt);
          expect(days).toBe(next.days + every);
        }
      }
    }
  });

  test('is never repeated because of a clock that is slightly behind', () => {
    expect(lineOf(at('2026-11-23T23:59:30Z', 3, 3))).toBe('6 overdue 2026-11-27T00:00');
  });
});

describe('a plan', () => {
  const now = new Date('2026-11-24T12:00:00Z');
  const storedReminder = (
    lastDay: CalendarDate,
    kind: ReminderKind,
    days: number,
    became: 'fired' | 'waiting' | SkipReason,
  ): StoredReminder => ({
    lastDay,
    kind,
    days,
    firedAt: became === 'fired' ? now : null,
    skippedAt: became === 'fired' || became === 'waiting' ? null : now,
    skipReason: became === 'fired' || became === 'waiting' ? null : became,
  });
  const planOf = (
    date: CalendarDate,
    stored: StoredReminder[] = [],
    { settings = usual, sentBefore = [] as StoredReminder[], zone = 'UTC', at = now } = {},
  ) =>
    planReminders({ date, zone }, settings, { stored, sentBefore }, at).map(
      ({ kind, days, skipReason }) => `${days} ${names[kind]} ${skipReason ?? 'waits'}`,
    );

  test.each([
    ['2026-12-24', ['7 before waits', '1 before waits', '0 over waits']],
    // a week from today, and tomorrow: due today
    ['2026-12-01', ['7 before waits', '1 before waits', '0 over waits']],
    ['2026-11-25', ['7 before too_late', '1 before waits', '0 over waits']],
    ['2026-11-24', ['7 before too_late', '1 before too_late', '0 over waits']],
    ['2026-11-10', ['7 before too_late', '1 before too_late', '0 over waits']],
  ])('for %s, set on 24 November', (date, lines) => {
    expect(planOf(date)).toEqual(lines);
  });

  test("uses the date in the leaver's time zone", () => {
    // In Tonga it is the 25th already, in Samoa still the 24th.
    const at = new Date('2026-11-24T23:00:00Z');
    expect(planOf('2026-12-01', [], { at, zone: 'Pacific/Tongatapu' })[0]).toBe('7 before too_late');
    expect(planOf('2026-12-01', [], { at, zone: 'Pacific/Pago_Pago' })[0]).toBe('7 before waits');
  });

  test('omits fired reminders, and restores skipped ones', () => {
    const stored = [
      storedReminder('2026-12-24', 'before_last_day', 7, 'fired'),
      storedReminder('2026-12-24', 'before_last_day', 1, 'date_moved'),
    ];
    expect(planOf('2026-12-24', stored)).toEqual(['1 before waits', '0 over waits']);
  });

  test('for another date fires again', () => {
    expect(planOf('2026-12-30', [storedReminder('2026-12-24', 'before_last_day', 7, 'fired')])).toContain(
      '7 before waits',
    );
  });

  test('keeps a pending reminder that is past due', () => {
    expect(planOf('2026-11-26', [storedReminder('2026-11-26', 'before_last_day', 7, 'waiting')])[0]).toBe(
      '7 before waits',
    );
  });

  test('does not repeat what an earlier offboarding sent for the same day', () => {
    const sentBefore = [storedReminder('2026-12-01', 'before_last_day', 7, 'fired')];
    expect(planOf('2026-12-01', [], { sentBefore })).toEqual([
      '7 before already_sent',
      '1 before waits',
      '0 over waits',
    ]);
    expect(planOf('2026-12-02', [], { sentBefore })[0]).toBe('7 before waits');
  });

  test('adds overdue reminders after the last day', () => {
    const over = storedReminder('2026-11-20', 'last_day_over', 0, 'fired');
    expect(planOf('2026-11-20', [over])).toContain('6 overdue waits');
    expect(planOf('2026-11-20', [], { sentBefore: [over] })).toContain('6 overdue waits');
    const cleared = storedReminder('2026-11-20', 'last_day_over', 0, 'nothing_open');
    expect(planOf('2026-11-20', [cleared])).toContain('6 overdue waits');
  });

  test('keeps a pending overdue reminder while it fits the interval', () => {
    const stored = [
      storedReminder('2026-11-18', 'last_day_over', 0, 'fired'),
      storedReminder('2026-11-18', 'overdue', 3, 'waiting'),
    ];
    expect(planOf('2026-11-18', stored)).toContain('3 overdue waits');
    const daily = { ...usual, overdueEveryDays: 5 };
    expect(planOf('2026-11-18', stored, { settings: daily })).toContain('10 overdue waits');
  });
});

test.each([
  // kind, open items, told before, outcome
  ['before_last_day', 2, false, 'still_open'],
  ['before_last_day', 0, false, 'nothing'],
  ['last_day_over', 2, false, 'still_open'],
  ['last_day_over', 0, false, 'ready'],
  ['overdue', 1, true, 'still_open'],
  ['overdue', 0, false, 'ready'],
  ['overdue', 0, true, 'nothing'],
] as const)('%s with %i open, told before: %s, is %s', (kind, open, told, outcome) => {
  expect(outcomeAt(kind, open, told)).toBe(outcome);
});
