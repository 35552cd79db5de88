import { LockMode } from '@mikro-orm/postgresql';
import type { Actor } from '../../domain/actor.ts';
import { record } from '../core/change.ts';
import type { EntityManager } from '../core/orm.ts';
import { withRetries } from '../core/retrying.ts';
import { workspaceOf } from '../core/workspace.ts';
import { Workspace } from '../entities/index.ts';
import {
  type AffectedLeavers,
  lockLeavers,
  rescheduleAllReminders,
} from '../offboarding/reminder-schedules.ts';

/** What can be set for the whole company. */
export interface WorkspaceFields {
  name: string;
  /** An IANA name. */
  timeZone: string;
}

/**
 * Changes the company's name and zone. Another zone moves the end of the last day of every leaver who has none
 * of their own: their reminders follow in the same transaction, and the engine will hear of it.
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

/** When people are reminded, and when a day's reminder mail goes out at the earliest. */
export interface ReminderFields {
  remindDaysBefore: number[];
  remindOverdueEvery: number;
  /** Of the receiver's day, 0 to 23. */
  digestHour: number;
}

/** Changes when people are reminded. The moments of every leaver follow in the same transaction. */
export const updateReminderSettings = (
  em: EntityManager,
  actor: Actor,
  fields: ReminderFields,
  now = new Date(),
): Promise<void> => {
  const days = (settings: ReminderFields) => `${settings.remindDaysBefore} ${settings.remindOverdueEvery}`;
  return changeSettings(em, actor, fields, (before) => (days(before) === days(fields) ? null : 'all'), now);
};

/** Changes settings; equal ones are not noted. `concerns` says whose reminders they move. */
async function changeSettings(
  em: EntityManager,
  actor: Actor,
  fields: WorkspaceFields | ReminderFields,
  concerns: (before: Workspace) => AffectedLeavers | null,
  now: Date,
): Promise<void> {
  await withRetries(() =>
    em.fork().transactional(async (transaction) => {
      const concerned = concerns(await workspaceOf(transaction));
      if (concerned !== null) await lockLeavers(transaction, concerned);
      const workspace = await lockedWorkspace(transaction);
      if (isEqual(workspace, fields)) return;
      Object.assign(workspace, fields);
      record(transaction, actor, 'workspace.updated', null, { ...fields });
      await transaction.flush();
      if (concerned !== null) await rescheduleAllReminders(transaction, concerned, now);
    }),
  );
}

const isEqual = (workspace: Workspace, fields: object): boolean =>
  Object.entries(fields).every(
    ([name, value]) => String(workspace[name as keyof Workspace]) === String(value),
  );

const lockedWorkspace = (em: EntityManager): Promise<Workspace> =>
  em.findOneOrFail(Workspace, { id: 1 }, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
