import { z } from 'zod';
import { userStatuses } from '../../domain/user-status.ts';
import { choice, sentEmail } from '../http/forms/fields.ts';
import { date, responseField, timeZone, writtenAt } from './http/fields.ts';
import { oneIdentifier, oneLine } from './texts.ts';

/** The writable fields of a person. null clears a field; an omitted field stays as it is. */
const desired = z.strictObject(
  {
    externalId: oneIdentifier(100).meta({
      description: 'May be repeated from the address, and cannot be changed.',
    }),
    name: oneLine(200),
    email: sentEmail().nullable().meta({
      description: 'Optional for people without a role, a password or a link to set one.',
    }),
    department: oneLine(100).nullable(),
    jobTitle: oneLine(100).nullable(),
    managerExternalId: oneIdentifier(100).nullable().meta({
      description:
        'A manager who has been offboarded is stored as none, with a warning. One who is unknown, the person themselves, or one of their reports is not stored: the manager stays as it was, with a warning.',
    }),
    startDate: date().nullable(),
    endDate: date().nullable().meta({
      description:
        'The last day, in the time zone of the person. Set, it opens an offboarding; null cancels it; left out, it stays, in PUT too.',
    }),
    timeZone: timeZone().nullable().meta({ description: 'null: that of the workspace.' }),
    status: choice(userStatuses),
    sourceUpdatedAt: writtenAt().meta({
      description:
        'When the source wrote this. Every field of which it wrote something later already is ignored, and named in the answer.',
    }),
  },
  { error: (issue) => (issue.code === 'invalid_type' ? 'Expected a JSON object.' : undefined) },
);

/** The body of PATCH. */
export const patchedUser = desired.partial().meta({ id: 'UserPatch' });

const { name } = desired.shape;

/** The body of PUT. */
export const putUserBody = desired.partial().extend({ name }).meta({ id: 'UserPut' });

/** An external id in an address. */
export const externalIdInAddress = oneIdentifier(100);

/** A person in every response. */
const user = z.strictObject({
  id: responseField.id(),
  externalId: responseField
    .text()
    .nullable()
    .meta({ description: 'null: the HR system has never spoken of them.' }),
  name: responseField.text(),
  email: responseField.text().nullable(),
  department: responseField.text().nullable(),
  jobTitle: responseField.text().nullable(),
  managerExternalId: responseField.text().nullable(),
  startDate: responseField.date().nullable(),
  endDate: responseField.date().nullable(),
  timeZone: responseField.text().nullable(),
  status: z.enum(userStatuses),
  revision: z.int().meta({ description: 'Goes up with every change.' }),
});

export const userSchema = user.meta({ id: 'User' });

/** A person after a change, with warnings and ignored fields. */
export const changedUserSchema = user
  .extend({
    warnings: z
      .array(z.strictObject({ pointer: z.string(), detail: z.string() }))
      .optional()
      .meta({ description: 'What was done otherwise than asked. Left out when there is nothing to say.' }),
    ignored: z.array(z.string()).optional().meta({
      description:
        'Fields left as they are, because the source had written something later. Left out when there are none.',
    }),
  })
  .meta({ id: 'ChangedUser' });
