import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { TokenLimitSwitch } from '../../domain/access/removals.ts';
import { type SecondFactorRule, secondFactorRules } from '../../domain/access/second-factors.ts';
import { type DateFormat, dateFormats } from '../../domain/parse-date.ts';
import { oneOf, writtenAt } from './columns.ts';

/** The company's settings: one row. */
export const Workspace = defineEntity({
  name: 'Workspace',
  tableName: 'workspace',
  properties: {
    id: p.integer().primary(),
    name: p.text(),
    timeZone: p.text().default('UTC'),
    /** The date format of imported files. */
    dateFormat: p.text().$type<DateFormat>().default('YYYY-MM-DD'),
    /** What a cell of a date column holds when there is no date. JSON, because the ORM writes NULL in a list as null. */
    noDates: p.json<string[]>().defaultRaw("'[]'::jsonb"),
    /** An import needs confirmation if a kind of change is about more people, assets or licenses, or more per cent of all. */
    brakeCount: p.integer().default(5),
    brakePercent: p.integer().default(2),
    /** One API token may take values away from this many people within an hour, or from this percentage, whichever is more. */
    tokenLimit: p.text().$type<TokenLimitSwitch>().default('on'),
    tokenLimitCount: p.integer().default(50),
    tokenLimitPercent: p.integer().default(10),
    /** Within ten minutes a directory may deactivate this many people, or this percentage, whichever is less. */
    directoryLimit: p.text().$type<TokenLimitSwitch>().default('on'),
    directoryLimitCount: p.integer().default(5),
    directoryLimitPercent: p.integer().default(2),
    /** The days of the reminders before a last day, and the interval in days between those after it. */
    remindDaysBefore: p.array().columnType('int[]').$type<number[]>().defaultRaw("'{7,1}'"),
    remindOverdueEvery: p.integer().default(3),
    /** Reminder mails are sent from this hour (0 to 23) in the receiver's time zone. */
    digestHour: p.integer().default(0),
    /** Former employees are erased this many months after completion; null means never. */
    eraseAfterMonths: p.integer().nullable(),
    /** Whether people with a role above employee must have a second factor. */
    secondFactor: p.text().$type<SecondFactorRule>().default('optional'),
  },
  checks: [
    { name: 'workspace_one_row_check', expression: 'id = 1' },
    oneOf('workspace_date_format_check', 'date_format', dateFormats),
    {
      name: 'workspace_reminders_check',
      expression: 'remind_overdue_every between 1 and 30 and digest_hour between 0 and 23',
    },
    { name: 'workspace_erase_check', expression: 'erase_after_months between 1 and 120' },
    {
      name: 'workspace_token_limit_check',
      expression:
        "token_limit in ('on', 'off') and token_limit_count >= 0 and token_limit_percent between 0 and 100",
    },
    oneOf('workspace_second_factor_check', 'second_factor', secondFactorRules),
    {
      name: 'workspace_directory_limit_check',
      expression:
        "directory_limit in ('on', 'off') and directory_limit_count >= 0 and directory_limit_percent between 0 and 100",
    },
    { name: 'workspace_brake_check', expression: 'brake_count >= 0 and brake_percent between 0 and 100' },
  ],
});
export type Workspace = InferEntity<typeof Workspace>;

/** The last heartbeat of each worker process, for /health. */
export const Heartbeat = defineEntity({
  name: 'Heartbeat',
  tableName: 'heartbeats',
  properties: {
    worker: p.text().primary(),
    seenAt: writtenAt(),
  },
});
export type Heartbeat = InferEntity<typeof Heartbeat>;
