import { z } from 'zod';
import { wholeNumber } from '../http/forms/fields.ts';

const most = { days: 60, reminders: 6, every: 30 };
const expected = `Expected up to ${most.reminders} numbers of days from 0 to ${most.days}, such as 7, 1.`;

/** `7, 1` as numbers of days, most first and each once. */
const listOfDays = z
  .string({ error: expected })
  .trim()
  .regex(/^(\d{1,2}(\s*,\s*\d{1,2})*)?$/, { error: expected })
  .transform((text) => [...new Set(text.split(',').filter(Boolean).map(Number))].sort((a, b) => b - a))
  .refine((days) => days.length <= most.reminders && days.every((day) => day <= most.days), {
    error: expected,
  });

/** When people are reminded. */
export const reminderForm = z.object({
  remindDaysBefore: listOfDays,
  remindOverdueEvery: wholeNumber(most.every).refine((days) => days > 0, {
    error: 'At least one day, please.',
  }),
  digestHour: wholeNumber(23),
});

/** The hours to choose from, with their words. */
export const digestHours = Array.from({ length: 24 }, (_, hour) => [
  hour,
  hour === 0 ? 'As soon as they are due' : `Not before ${String(hour).padStart(2, '0')}:00`,
]);
