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

/** A required text on one line. `max` in characters. */
export const line = (max = 200) => text(max).refine(oneLine, onOneLine);

const oneLine = (value: string | null) => value === null || !/[\t\n\r]/.test(value);
const onOneLine = { error: 'One line, please.' };

/** The fields of a person in the forms and the API. The manager is missing, because each names managers differently. */
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

/** The id of a person in the HR system; optional, null when it is empty. */
export const externalId = () => optionalText(100).refine(oneLine, onOneLine);
