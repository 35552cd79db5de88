import { LockMode, raw } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { NotFound } from '../../domain/failures.ts';
import { isClear } from '../../domain/offboarding/checklist.ts';
import {
  type Completed,
  endDateOnCompletion,
  type NotCompleted,
} from '../../domain/offboarding/completion.ts';
import type { OffboardingSnapshot } from '../../domain/offboarding/snapshot.ts';
import { hasAccess } from '../access/has-access.ts';
import { revokeAllAccess } from '../access/revoke-access.ts';
import { deleteFactors } from '../access/second-factors/factors.ts';
import { changeOf } from '../core/change.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { RetryTransaction } from '../core/retrying.ts';
import { inTransaction } from '../core/transaction.ts';
import { publish } from '../core/webhook-events.ts';
import { todayOf, zoneOf } from '../core/workspace.ts';
import { Offboarding, User } from '../entities/index.ts';
import { type Gate, gateOf, obstacleIn } from './completion-gate.ts';
import { releaseOwned } from './handling/owned.ts';
import { cancelOpenOffboarding } from './offboardings.ts';
import { skipReminders } from './reminder-schedule.ts';
import { toSnapshot } from './snapshots.ts';

/** The result of a completion request; after a completion with the snapshot for the workflow. */
type Completion = NotCompleted | (Completed & { snapshot: OffboardingSnapshot });

/**
 * Marks a leaver offboarded, with every effect in one transaction, or returns why not. The gate is checked under the
 * lock of the leaver's row. A repeated call returns `already-completed`. The number of statements does not depend on
 * the number of reports. Throws NotFound.
 */
export const completeOffboarding = (
  em: EntityManager,
  offboardingId: number,
  actor: Actor,
  now = new Date(),
): Promise<Completion> =>
  inTransaction(em, async (transaction) => {
    const locked = await lockAffectedUsers(transaction, offboardingId);
    const offboarding = await offboardingById(transaction, offboardingId);
    const closed = answerOfClosed(offboarding);
    if (closed !== null) return closed;
    const user = locked.find(({ id }) => id === offboarding.userId)!;
    return changeOf(transaction, { user, offboarding }, actor, (change) =>
      complete(change, offboarding, new Set(locked.map(({ id }) => id)), now),
    );
  });

/** The answer for a closed offboarding; null while it is open. Throws NotFound. */
export async function closedAnswer(em: EntityManager, offboardingId: number): Promise<NotCompleted | null> {
  return answerOfClosed(await offboardingById(em.fork(), offboardingId));
}

async function offboardingById(em: EntityManager, id: number): Promise<Offboarding> {
  const offboarding = await em.findOne(Offboarding, { id });
  if (offboarding === null) throw new NotFound('offboarding');
  return offboarding;
}

function answerOfClosed(offboarding: Offboarding): NotCompleted | null {
  const at = offboarding.closedAt?.getTime() ?? 0;
  if (offboarding.state === 'completed')
    return { outcome: 'already-completed', by: offboarding.completedBy!, at };
  if (offboarding.state === 'cancelled') return { outcome: 'cancelled', by: offboarding.cancelledBy!, at };
  return null;
}

/**
 * Locks the leaver, their manager and their reports by one statement, in the order of their ids. For a super-admin it
 * locks all super-admins, because two who complete each other must not leave none. Returns current rows, because FOR
 * UPDATE reads the newest version of a row that it waited for.
 */
const lockAffectedUsers = (em: EntityManager, offboardingId: number): Promise<User[]> =>
  em.find(
    User,
    {
      id: {
        $in: raw(
          `(with leaver as materialized (
            select u.id, u.manager_id, u.role from offboardings o join users u on u.id = o.user_id where o.id = ?
          )
          select id from leaver
          union select manager_id from leaver
          union select r.id from leaver join users r on r.manager_id = leaver.id
          union select o.id from leaver join users o on o.role = 'super-admin' where leaver.role = 'super-admin')`,
          [offboardingId],
        ),
      },
    },
    { orderBy: { id: 'asc' }, lockMode: LockMode.PESSIMISTIC_WRITE },
  );

async function complete(
  change: Change,
  offboarding: Offboarding,
  locked: ReadonlySet<number>,
  now: Date,
): Promise<Completion> {
  const { em, user, actor } = change;
  const gate = await gateOf(em, user.id, actor);
  // Retry, because a report added during the wait was not locked in the order of ids.
  if (gate.reports.some((id) => !locked.has(id))) throw new RetryTransaction();
  const obstacle = obstacleIn(gate, user, actor);
  if (obstacle !== null) return refused(change, { outcome: 'refused', reason: obstacle }, now);
  const { counts } = gate;
  if (!isClear(counts)) return refused(change, { outcome: 'still-open', counts }, now);
  const snapshot = await finalize(change, offboarding, gate, now);
  return { outcome: 'completed', by: actor, at: now.getTime(), snapshot };
}

/** Changes nothing, except that it cancels an offboarding which was opened for this completion. */
function refused(change: Change, answer: NotCompleted, now: Date): NotCompleted {
  if (change.offboarding?.openedForCompletionAt) cancelOpenOffboarding(change, now);
  return answer;
}

/**
 * Writes all effects of a completion by the final statement of the change, except a missing end date. Returns the
 * snapshot for the workflow, which then needs neither another read nor a signal.
 */
async function finalize(
  change: Change,
  offboarding: Offboarding,
  gate: Gate,
  now: Date,
): Promise<OffboardingSnapshot> {
  const { em, user } = change;
  const endDate = user.endDate ?? endDateOnCompletion(user.startDate, todayOf(user, gate, now));
  if (!user.endDate) {
    user.endDate = endDate;
    await em.flush();
  }
  const revision = user.revision + 1;
  change.record('user.offboarded', { offboardingId: offboarding.id, endDate, reports: gate.reports.length });
  markOffboarded(change, offboarding.id, revision, now);
  clearManagerOfReports(change, offboarding.id);
  revokeAllAccess(change, now);
  deleteFactors(change);
  releaseOwned(change);
  skipReminders(change, offboarding.id, 'completed', now);
  notifyManager(change, offboarding.id);
  publish(change, { type: 'user.offboarded', offboarding, at: now });
  return toSnapshot({
    offboardingId: offboarding.id,
    userId: user.id,
    department: user.department ?? null,
    revision,
    state: 'completed',
    endDate,
    zone: zoneOf(user, gate),
    hardware: [],
    seats: [],
    requests: [],
    reminder: null,
  });
}

function markOffboarded(
  { alsoWrite, user, actor }: Change,
  offboardingId: number,
  revision: number,
  now: Date,
) {
  const updates = sql`
    offboarded as (
      update users set status = 'offboarded', offboarding_completed_at = ${now}, revision = ${revision}
      where id = ${user.id}
    ), closed as (
      update offboardings set state = 'completed', closed_at = ${now}, completed_by = ${actor}, failed_step = null
      where id = ${offboardingId}
    )`;
  alsoWrite({ completion: updates });
}

/** Clears the manager of each report, with one audit entry for each of them. */
function clearManagerOfReports({ alsoWrite, user, actor }: Change, offboardingId: number) {
  const updates = sql`
    cleared as (
      update users set manager_id = null, revision = revision + 1 where manager_id = ${user.id} returning id
    ), cleared_entries as (
      insert into audit_entries (actor, action, user_id, details)
      select ${actor}, 'user.manager_cleared', id,
        jsonb_build_object('formerManagerId', ${user.id}::int, 'offboardingId', ${offboardingId}::int)
      from cleared order by id
    )`;
  alsoWrite({ reports: updates });
}

/** Notifies the manager in the console, and by mail unless they turned that off. */
function notifyManager({ alsoWrite, user }: Change, offboardingId: number) {
  if (!user.managerId) return;
  const inserts = sql`
    manager_notified as (
      insert into notifications (user_id, kind, about_user_id, details)
      values (${user.managerId}, 'offboarding_completed', ${user.id},
        jsonb_build_object('offboardingId', ${offboardingId}::int))
    ), manager_mailed as (
      insert into mails (user_id, kind, offboarding_id)
      select id, 'completions', ${offboardingId}::int from users
      where id = ${user.managerId} and ${hasAccess} and email is not null and 'completions' <> all(no_mail_about)
    )`;
  alsoWrite({ manager: inserts });
}
