import { z } from 'zod';
import { isCalendarDate, isTimeZone } from '../../domain/dates.ts';
import { userStatuses } from '../../domain/user-status.ts';
import { choice, emailAddress } from '../forms.ts';
import { line } from '../user-fields.ts';

const date = z
  .string({ error: 'Expected a date as a text, or null.' })
  .refine(isCalendarDate, { error: 'Expected a date as year-month-day, such as 2026-12-31.' });
const timeZone = z
  .string({ error: 'Expected the name of a time zone as a text, or null.' })
  .max(64, { error: 'At most 64 characters, please.' })
  .refine(isTimeZone, { error: 'Expected a time zone such as Europe/Berlin.' });
const readOnly = z.never({ error: 'This field is read-only.' });

/** What a person can be told to be. What is null is emptied; what is left out is not spoken of. */
const desired = z.strictObject(
  {
    id: readOnly,
    externalId: line(100),
    name: line(200),
    email: emailAddress(),
    department: line(100).nullable(),
    jobTitle: line(100).nullable(),
    managerExternalId: line(100).nullable(),
    startDate: date.nullable(),
    endDate: date.nullable(),
    timeZone: timeZone.nullable(),
    status: choice(userStatuses),
    revision: readOnly,
  },
  { error: (issue) => (issue.code === 'invalid_type' ? 'Expected a JSON object.' : undefined) },
);

/** The body of PATCH. */
export const patchedUser = desired.partial();

/** The body of PUT. */
export const putUserBody = patchedUser.required({ name: true, email: true });

/** An external id in an address. */
export const externalIdInAddress = line(100);
