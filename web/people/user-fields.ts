import { z } from 'zod';
import { userStatuses } from '../../domain/user-status.ts';
import {
  choice,
  emailAddress,
  optionalDate,
  optionalText,
  optionalTimeZone,
  text,
} from '../http/forms/fields.ts';

/** A text on one line that must be there. `max` in characters. */
export const line = (max = 200) => text(max).refine(oneLine, onOneLine);

const oneLine = (value: string | null) => value === null || !/[\t\n\r]/.test(value);
const onOneLine = { error: 'One line, please.' };

/** What a form and the API accept as the fields of a person, but for the manager, who is named differently. */
export const userFields = z.object({
  name: line(),
  email: emailAddress(),
  department: optionalText(100).refine(oneLine, onOneLine),
  jobTitle: optionalText(100).refine(oneLine, onOneLine),
  startDate: optionalDate(),
  endDate: optionalDate(),
  timeZone: optionalTimeZone(),
  status: choice(userStatuses),
});

/** The id of a person in the HR system. */
export const externalId = () => optionalText(100).refine(oneLine, onOneLine);
