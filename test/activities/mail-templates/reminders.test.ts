import { describe, expect, test } from 'vitest';
import { remindersMail } from '../../../activities/mail/templates/reminders.ts';
import type { RemindedLeaver } from '../../../database/mail/contents.ts';
import { figma, ivo, laptop, leaver, links, mira, receiver, textOf } from './fixtures.ts';

describe('a reminder to an IT admin', () => {
  test.each([
    [[leaver({})], 'Lena Brandt leaves on Thu 24 December 2026: 1 device and 1 seat to clear'],
    [
      [leaver({ daysLeft: 1, items: [laptop] })],
      'Lena Brandt leaves on Thu 24 December 2026: 1 device to clear',
    ],
    [
      [leaver({ daysLeft: -3, items: [laptop, laptop] })],
      'Lena Brandt left on Thu 24 December 2026: 2 devices to clear',
    ],
    [[leaver({ daysLeft: -1, items: [] })], "Lena Brandt's offboarding is ready to finalize"],
    [[leaver({}), leaver({ id: 3 })], '2 people with open items'],
    [[leaver({}), leaver({ id: 3, daysLeft: -1 })], '2 people with open items, 1 overdue'],
  ])('summarizes itself in the subject', (people, subject) => {
    expect(remindersMail(people, ivo, links)!.subject).toBe(subject);
  });

  test('begins with the waiting items and the owners to check', () => {
    const over = { kind: 'waiting_over', about: 'Lena Brandt', own: false } as const;
    const notice = { ...over, details: { tag: 'LT-1', until: '2026-12-03' } };
    const letter = remindersMail([leaver({})], ivo, links, [notice])!;
    expect(letter.subject).toBe(
      'LT-1 from Lena Brandt was on hold until 3 Dec 2026. Check whether you can clear it.',
    );
    expect(textOf(letter).indexOf('For you to check')).toBeLessThan(textOf(letter).indexOf('Leaving soon'));
    expect(remindersMail([], ivo, links, [notice, notice])!.subject).toBe('2 things for you to check');
  });

  test('lists open items and links to the checklist', () => {
    const text = textOf(remindersMail([leaver({})], ivo, links));
    expect(text).toContain(
      'Lena Brandt\n  Leaves on Thu 24 December 2026 · Engineering · Manager: Mira Holt',
    );
    expect(text).toContain('  - ThinkPad T14 (LT-1, since 1 Mar 2023)\n  - Figma (seat, since 1 Mar 2023)');
    expect(text).toContain('https://lastday.halden.example/offboarding/1');
  });

  test("says when the leaver's day ends in the reader’s time zone", () => {
    const onTonga = leaver({ zone: 'Pacific/Tongatapu' });
    const inSamoa = leaver({ zone: 'Pacific/Pago_Pago', daysLeft: -1 });
    const flat = (person: RemindedLeaver) => textOf(remindersMail([person], ivo, links)).replace(/\s+/g, ' ');
    expect(flat(onTonga)).toContain('last day ends Thu 24 December 2026, 12:00 Europe/Berlin');
    expect(flat(inSamoa)).toContain('last day ended Fri 25 December 2026, 12:00 Europe/Berlin');
  });

  test("follows the reader's time zone over a DST change", () => {
    const flat = (lastDay: string) =>
      textOf(remindersMail([leaver({ zone: 'UTC', lastDay })], ivo, links)).replace(/\s+/g, ' ');
    expect(flat('2026-03-27')).toContain('Sat 28 March 2026, 01:00 Europe/Berlin');
    expect(flat('2026-03-29')).toContain('Mon 30 March 2026, 02:00 Europe/Berlin');
  });

  test('says that there is no manager', () => {
    expect(textOf(remindersMail([leaver({ manager: null, managerId: null })], ivo, links))).toContain(
      'Manager: none',
    );
  });

  test('lists forty people and counts the rest', () => {
    const many = Array.from({ length: 500 }, (_, i) =>
      leaver({ id: i + 100, name: `Leaver ${i}`, daysLeft: -2 }),
    );
    const text = textOf(remindersMail(many, ivo, links));
    expect(text).toContain('Past their last day (500)');
    expect(text).toContain('Leaver 39\n');
    expect(text).not.toContain('Leaver 40\n');
    expect(text).toContain('And 460 more.');
  });

  test('is not sent when nothing is open and no last day is over', () => {
    expect(remindersMail([leaver({ items: [] })], ivo, links)).toBeNull();
    expect(remindersMail([], ivo, links)).toBeNull();
  });
});

describe('a reminder to a manager', () => {
  test('names only their reports, and links to no page they may not see', () => {
    const text = textOf(
      remindersMail([leaver({}), leaver({ id: 3, name: 'Timo', managerId: 8 })], mira, links),
    );
    expect(text).toContain('Lena Brandt');
    expect(text).not.toContain('Timo');
    expect(text).not.toContain('/offboarding');
    expect(text).toContain('Please help them return their devices to IT.');
  });

  test('is not sent when the person reports to another manager by now', () => {
    expect(remindersMail([leaver({ managerId: 8 })], mira, links)).toBeNull();
  });
});

describe('a reminder to the leaver', () => {
  const lena = receiver({ id: 1, name: 'Lena Brandt', role: 'employee' });

  test('asks only for the devices', () => {
    const letter = remindersMail([leaver({})], lena, links);
    expect(letter!.subject).toBe('Your last day is Thu 24 December 2026: please return 1 device');
    expect(textOf(letter)).toContain('Your last day is Thu 24 December 2026. Please return these by then.');
    expect(textOf(letter)).toContain('ThinkPad T14');
    expect(textOf(letter)).not.toContain('Figma');
    expect(textOf(letter)).toContain('https://lastday.halden.example/me');
  });

  test('after the last day asks for the remaining devices', () => {
    const letter = remindersMail([leaver({ daysLeft: -1 })], lena, links);
    expect(letter!.subject).toBe('Your last day was Thu 24 December 2026: please return 1 device');
    expect(textOf(letter)).toContain('Your last day was Thu 24 December 2026. Please return what you still');
  });

  test('is not sent when they have no device', () => {
    expect(remindersMail([leaver({ items: [figma] })], lena, links)).toBeNull();
  });

  test('who is an IT admin is part of one mail with the others', () => {
    const admin = receiver({ id: 1 });
    const text = textOf(remindersMail([leaver({}), leaver({ id: 3, name: 'Timo Aalto' })], admin, links));
    expect(text).toContain('Your last day is');
    expect(text).toContain('Timo Aalto');
    expect(text.replace(/\s+/g, ' ')).toContain("because you're leaving and you handle offboarding.");
  });
});
