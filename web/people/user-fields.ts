import { z } from 'zod';
import { userStatuses } from '../../domain/user-status.ts';
import {
  choice,
  optionalDate,
  optionalEmail,
  optionalIdentifier,
  optionalText,
  optionalTimeZone,
  text,
} from '../http/forms/fields.ts';

/** The fields of a person in the forms. The manager is missing, because each names managers differently. */
export const userFields = z.object({
  name: text(),
  email: optionalEmail(),
  department: optionalText(100),
  jobTitle: optionalText(100),
  startDate: optionalDate(),
  endDate: optionalDate(),
  timeZone: optionalTimeZone(),
  status: choice(userStatuses),
});

/** The id of a person in the HR system; optional, null when it is empty. */
export const externalId = () => optionalIdentifier(100);
