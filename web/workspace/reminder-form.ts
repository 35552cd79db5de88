import { z } from 'zod';
import { wholeNumber } from '../http/forms/fields.ts';

const limits = { days: 60, reminders: 6, every: 30 };
const expected = `Enter up to ${limits.reminders} numbers from 0 to ${limits.days}, such as 7, 1.`;

/** Reads `7, 1` as numbers of days, in descending order and without duplicates. */
const listOfDays = z
  .string({ error: expected })
  .trim()
  .regex(/^(\d{1,2}(\s*,\s*\d{1,2})*)?$/, { error: expected })
  .transform((text) => [...new Set(text.split(',').filter(Boolean).map(Number))].sort((a, b) => b - a))
  .refine((days) => days.length <= limits.reminders && days.every((day) => day <= limits.days), {
    error: expected,
  });

/** The form of the reminder settings. */
export const reminderForm = z.object({
  remindDaysBefore: listOfDays,
  remindOverdueEvery: wholeNumber(limits.every).refine((days) => days > 0, {
    error: 'Enter at least 1 day.',
  }),
  digestHour: wholeNumber(23),
});

/** The options of the field for the hour of the daily mail. */
export const digestHours = Array.from({ length: 24 }, (_, hour) => [
  hour,
  hour === 0 ? "As soon as they're due" : `Not before ${String(hour).padStart(2, '0')}:00`,
]);
