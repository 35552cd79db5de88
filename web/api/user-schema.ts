import { z } from 'zod';
import { userStatuses } from '../../domain/user-status.ts';
import { choice, sentEmail } from '../http/forms/fields.ts';
import { date, responseField, timeZone, writtenAt } from './http/fields.ts';
import { oneIdentifier, oneLine } from './texts.ts';

/** The writable fields of a person. null clears a field; an omitted field stays as it is. */
const desired = z.strictObject(
  {
    externalId: oneIdentifier(100).meta({
      description: 'Optional. It must be the external ID in the URL.',
    }),
    name: oneLine(200),
    email: sentEmail().nullable().meta({
      description: 'Optional for people without a role, a password or an invitation link.',
    }),
    department: oneLine(100).nullable(),
    jobTitle: oneLine(100).nullable(),
    managerExternalId: oneIdentifier(100).nullable().meta({
      description:
        'With an offboarded manager, no manager is stored. With an unknown person, the person themselves or one of their reports, nothing changes. Both give a warning.',
    }),
    startDate: date().nullable(),
    endDate: date().nullable().meta({
      description:
        "The last day, in the person's time zone. A date starts an offboarding; null cancels it. If omitted, it stays as it is, even with PUT.",
    }),
    timeZone: timeZone().nullable().meta({ description: "null: the workspace's time zone." }),
    status: choice(userStatuses),
    sourceUpdatedAt: writtenAt().meta({
      description:
        'When the source system changed this. Fields with a later value are ignored and listed in the response.',
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
    .meta({ description: "null if the HR system doesn't know them." }),
  name: responseField.text(),
  email: responseField.text().nullable(),
  department: responseField.text().nullable(),
  jobTitle: responseField.text().nullable(),
  managerExternalId: responseField.text().nullable(),
  startDate: responseField.date().nullable(),
  endDate: responseField.date().nullable(),
  timeZone: responseField.text().nullable(),
  status: z.enum(userStatuses),
  revision: z.int().meta({ description: 'Increases with every change.' }),
});

export const userSchema = user.meta({ id: 'User' });

/** A person after a change, with warnings and ignored fields. */
export const changedUserSchema = user
  .extend({
    warnings: z
      .array(z.strictObject({ pointer: z.string(), detail: z.string() }))
      .optional()
      .meta({ description: 'Where the result differs from the request. Omitted when there are none.' }),
    ignored: z.array(z.string()).optional().meta({
      description: 'Fields left as they are, because they have a later value. Omitted when there are none.',
    }),
  })
  .meta({ id: 'ChangedUser' });
