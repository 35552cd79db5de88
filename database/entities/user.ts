import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { type Role, roles } from '../../domain/access/permissions.ts';
import type { HrField } from '../../domain/directory/owned-fields.ts';
import type { MailKind } from '../../domain/mail/mails.ts';
import { type LookAhead, lookAheads } from '../../domain/offboarding/queue.ts';
import type { SourceTimestamps } from '../../domain/source-timestamps.ts';
import { type UserStatus, userStatuses } from '../../domain/user-status.ts';
import { id, oneOf, texts, timestamp, writtenAt } from './columns.ts';

/**
 * A person of the workspace. The generated columns `assignable` and `managed` implement the gate: open items and reports
 * reference (id, assignable). So neither code nor SQL can give anything to a person whose offboarding is completed, or
 * to a merged record.
 */
export const User = defineEntity({
  name: 'User',
  tableName: 'users',
  properties: {
    id: id(),
    externalId: p.text().nullable(),
    /** Another person had an equal external id before equal ids were refused. */
    externalIdIsDuplicate: p.boolean().default(false),
    name: p.text(),
    /** Null only for people who cannot sign in. */
    email: p.text().nullable(),
    /** Another person had an equal address before equal addresses were refused. */
    emailIsDuplicate: p.boolean().default(false),
    department: p.text().nullable(),
    jobTitle: p.text().nullable(),
    startDate: p.date().nullable(),
    endDate: p.date().nullable(),
    timeZone: p.text().nullable(),
    status: p.text().$type<UserStatus>().default('active'),
    role: p.text().$type<Role>().default('employee'),
    /** The kinds of mail that this person does not want. */
    noMailAbout: texts<MailKind>().defaultRaw("'{}'"),
    /** How many days ahead this person looks in the queue, as last chosen there. */
    lookAhead: p.integer().$type<LookAhead>().nullable(),
    /** Whether the console reacts to single keys, such as `j`. */
    shortcuts: p.boolean().default(true),
    passwordHash: p.text().nullable().hidden().lazy(),
    /** Every change of a fact about the person increments it. It shows which of two snapshots is newer. */
    revision: p.integer().default(0),
    /** The HR system's timestamp of each field that it dated. Older values are ignored. */
    sourceUpdatedAt: p.json<SourceTimestamps>().defaultRaw("'{}'::jsonb"),
    /** A directory ended their access: they are treated like someone suspended. */
    directoryInactive: p.boolean().default(false),
    /** A directory has an account of them, so that their address is the directory's. */
    inDirectory: p.boolean().default(false),
    /** The fields that the HR system has stated. A directory does not change them. */
    hrStated: texts<HrField>().defaultRaw("'{}'"),
    offboardingCompletedAt: timestamp().nullable(),
    /** When the name, the address and the title were erased for good. */
    erasedAt: timestamp().nullable(),
    createdAt: writtenAt(),
    /** The record that this one was merged into: it is the same person. */
    mergedInto: p.integer().nullable(),
    assignable: p
      .boolean()
      .generated('((offboarding_completed_at is null) and (merged_into is null)) stored')
      .nullable(),
    // TypeScript cannot infer a reference to the same table. The column is an integer key like the others.
    managerId: () =>
      p
        // biome-ignore lint/suspicious/noExplicitAny: see above
        .manyToOne<any>('User' as any)
        .mapToPk()
        .fieldName('manager_id')
        .deleteRule('no action')
        .updateRule('no action')
        .nullable()
        .index('users_manager_id_index')
        .$type<number | null>(),
    managed: p
      .boolean()
      .generated('(CASE WHEN (manager_id IS NOT NULL) THEN true ELSE NULL::boolean END) stored')
      .nullable(),
  },
  uniques: [{ name: 'users_id_assignable_unique', properties: ['id', 'assignable'] }],
  indexes: [
    {
      name: 'users_email_unique',
      // People who completed an offboarding have given their address up.
      expression:
        'create unique index users_email_unique on users (folded(email)) where offboarding_completed_at is null and not email_is_duplicate',
    },
    {
      name: 'users_email_duplicates_index',
      expression:
        'create index users_email_duplicates_index on users (folded(email)) where email_is_duplicate',
    },
    {
      name: 'users_external_id_unique',
      expression:
        'create unique index users_external_id_unique on users (folded(external_id)) where not external_id_is_duplicate',
    },
    {
      name: 'users_external_id_duplicates_index',
      expression:
        'create index users_external_id_duplicates_index on users (folded(external_id)) where external_id_is_duplicate',
    },
    {
      name: 'users_queue_index',
      expression:
        "create index users_queue_index on users (end_date, id) where end_date is not null and status <> 'offboarded'",
    },
    { name: 'users_department_index', properties: ['department'] },
    {
      name: 'users_merged_into_index',
      expression: 'create index users_merged_into_index on users (merged_into) where merged_into is not null',
    },
    {
      name: 'users_active_name_index',
      expression: "create index users_active_name_index on users (folded(name)) where status = 'active'",
    },
    {
      name: 'users_former_email_index',
      expression:
        'create index users_former_email_index on users (folded(email)) where offboarding_completed_at is not null',
    },
    { name: 'users_name_index', expression: 'create index users_name_index on users (lower(name), id)' },
    {
      name: 'users_email_sort_index',
      expression: 'create index users_email_sort_index on users (lower(email), id)',
    },
    {
      name: 'users_end_date_index',
      expression: 'create index users_end_date_index on users (end_date, id) where end_date is not null',
    },
    {
      name: 'users_status_index',
      expression: 'create index users_status_index on users (lower(status), id)',
    },
    {
      name: 'users_role_index',
      expression: "create index users_role_index on users (role) where role <> 'employee'",
    },
    {
      // Must equal the condition `isInactive`, because the query must match the index.
      name: 'users_inactive_index',
      expression:
        'create index users_inactive_index on users (lower(name), id) where directory_inactive and offboarding_completed_at is null',
    },
    {
      name: 'users_to_erase_index',
      expression: `create index users_to_erase_index on users (offboarding_completed_at, id)
  where offboarding_completed_at is not null and erased_at is null`,
    },
  ],
  checks: [
    oneOf('users_status_check', 'status', userStatuses),
    oneOf('users_role_check', 'role', roles),
    { name: 'users_look_ahead_check', expression: `look_ahead in (${lookAheads.join(', ')})` },
    { name: 'users_not_own_manager_check', expression: 'manager_id <> id' },
    {
      name: 'users_completed_check',
      expression: "offboarding_completed_at is null or (status = 'offboarded' and end_date is not null)",
    },
    { name: 'users_dates_check', expression: 'end_date >= start_date' },
    {
      name: 'users_email_check',
      expression: "email is not null or (role = 'employee' and password_hash is null)",
    },
    {
      name: 'users_merged_check',
      expression: `merged_into is null or (
  merged_into <> id and status = 'suspended' and role = 'employee' and password_hash is null and email is null
  and external_id is null and manager_id is null and end_date is null and offboarding_completed_at is null)`,
    },
    {
      name: 'users_erased_check',
      expression: `erased_at is null or (
  (offboarding_completed_at is not null or merged_into is not null)
  and name = erased_name(id) and job_title is null and password_hash is null
  and email is null)`,
    },
  ],
});

export type User = InferEntity<typeof User>;
