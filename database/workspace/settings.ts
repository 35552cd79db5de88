import { LockMode } from '@mikro-orm/postgresql';
import type { TokenLimitSwitch } from '../../domain/access/removals.ts';
import type { SecondFactorRule } from '../../domain/access/second-factors.ts';
import type { Actor } from '../../domain/actor.ts';
import { record } from '../core/change.ts';
import type { EntityManager } from '../core/orm.ts';
import { withRetries } from '../core/retrying.ts';
import { workspaceOf } from '../core/workspace.ts';
import { Workspace } from '../entities/index.ts';
import { type AffectedLeavers, lockLeavers, rescheduleAllReminders } from '../offboarding/reschedule-all.ts';

/** The settings of the workspace. */
export interface WorkspaceFields {
  name: string;
  /** An IANA time zone. */
  timeZone: string;
}

/** Whether a second factor is required. */
export interface SecondFactorFields {
  secondFactor: SecondFactorRule;
}

/**
 * Changes the workspace's name and time zone. A new time zone moves the last day of every leaver without their own:
 * the same transaction reschedules their reminders and queues signals to Temporal.
 */
export const updateWorkspace = (
  em: EntityManager,
  actor: Actor,
  fields: WorkspaceFields,
  now = new Date(),
): Promise<void> =>
  changeSettings(
    em,
    actor,
    fields,
    (before) => (before.timeZone === fields.timeZone ? null : 'without-own-zone'),
    now,
  );

/** When people are reminded, and the earliest hour of a day's reminder mail. */
export interface ReminderFields {
  remindDaysBefore: number[];
  remindOverdueEvery: number;
  /** In the receiver's time zone, 0 to 23. */
  digestHour: number;
}

/** When former employees are erased. */
export interface ErasureFields {
  eraseAfterMonths: number | null;
}

/** How much one API token may take away within an hour. */
export interface TokenLimitFields {
  tokenLimit: TokenLimitSwitch;
  tokenLimitCount: number;
  /** 0 to 100. */
  tokenLimitPercent: number;
}

/** Changes when people are reminded, and reschedules every leaver's reminders in the same transaction. */
export const updateReminderSettings = (
  em: EntityManager,
  actor: Actor,
  fields: ReminderFields,
  now = new Date(),
): Promise<void> => {
  const days = (settings: ReminderFields) => `${settings.remindDaysBefore} ${settings.remindOverdueEvery}`;
  return changeSettings(em, actor, fields, (before) => (days(before) === days(fields) ? null : 'all'), now);
};

/** Sets how many months after completion former employees are erased; null means never. */
export const updateErasureSettings = (
  em: EntityManager,
  actor: Actor,
  fields: ErasureFields,
): Promise<void> => changeSettings(em, actor, fields, () => null, new Date());

/** Sets how much one API token may take away within an hour. */
export const updateTokenLimit = (em: EntityManager, actor: Actor, fields: TokenLimitFields): Promise<void> =>
  changeSettings(em, actor, fields, () => null, new Date());

/** Sets whether people with a role above employee must have a second factor. */
export const updateSecondFactorRule = (
  em: EntityManager,
  actor: Actor,
  fields: SecondFactorFields,
): Promise<void> => changeSettings(em, actor, fields, () => null, new Date());

/** How many people a directory may deactivate within ten minutes before an admin is asked. */
export interface DirectoryLimitFields {
  directoryLimit: TokenLimitSwitch;
  directoryLimitCount: number;
  /** 0 to 100. */
  directoryLimitPercent: number;
}

/** Sets how many people a directory may deactivate within ten minutes. What waits already goes on waiting. */
export const updateDirectoryLimit = (
  em: EntityManager,
  actor: Actor,
  fields: DirectoryLimitFields,
): Promise<void> => changeSettings(em, actor, fields, () => null, new Date());

/** Changes settings and records the change; equal settings change nothing. `affectedBy` says whose reminders move. */
async function changeSettings(
  em: EntityManager,
  actor: Actor,
  fields:
    | WorkspaceFields
    | ReminderFields
    | ErasureFields
    | TokenLimitFields
    | SecondFactorFields
    | DirectoryLimitFields,
  affectedBy: (before: Workspace) => AffectedLeavers | null,
  now: Date,
): Promise<void> {
  await withRetries(() =>
    em.fork().transactional(async (transaction) => {
      const affected = affectedBy(await workspaceOf(transaction));
      if (affected !== null) await lockLeavers(transaction, affected);
      const workspace = await lockedWorkspace(transaction);
      if (isEqual(workspace, fields)) return;
      Object.assign(workspace, fields);
      record(transaction, actor, 'workspace.updated', null, { ...fields });
      await transaction.flush();
      if (affected !== null) await rescheduleAllReminders(transaction, affected, now);
    }),
  );
}

const isEqual = (workspace: Workspace, fields: object): boolean =>
  Object.entries(fields).every(
    ([name, value]) => String(workspace[name as keyof Workspace]) === String(value),
  );

const lockedWorkspace = (em: EntityManager): Promise<Workspace> =>
  em.findOneOrFail(Workspace, { id: 1 }, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
