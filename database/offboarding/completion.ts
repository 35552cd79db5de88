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
import type { OffboardingSnapshot } from '../../domain/offboarding-snapshot.ts';
import { revokeAllAccess } from '../access/revoke-access.ts';
import { changeOf } from '../core/change.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { TryAgain } from '../core/retrying.ts';
import { inTransaction } from '../core/transaction.ts';
import { publish } from '../core/webhook-events.ts';
import { todayOf, zoneOf } from '../core/workspace.ts';
import { Offboarding, User } from '../entities/index.ts';
import { type Gate, gateOf, obstacleIn } from './completion-gate.ts';
import { cancelOpenOffboarding } from './offboardings.ts';
import { skipReminders } from './reminder-schedule.ts';
import { toSnapshot } from './snapshots.ts';

/** What became of a completion; of one that was carried out also what is open then. */
type Completion = NotCompleted | (Completed & { snapshot: OffboardingSnapshot });

/**
 * Marks a leaver offboarded with every effect in one transaction, or says why not. The gate decides
 * here, under the lock of the leaver's row; asked again after it committed, it answers
 * `already-completed`. The number of statements does not grow with the number of reports. Throws NotFound.
 */
export const completeOffboarding = (
  em: EntityManager,
  offboardingId: number,
  actor: Actor,
  now = new Date(),
): Promise<Completion> =>
  inTransaction(em, async (transaction) => {
    const locked = await lockEveryoneConcerned(transaction, offboardingId);
    const offboarding = await offboardingById(transaction, offboardingId);
    const closed = answerOfClosed(offboarding);
    if (closed !== null) return closed;
    const user = locked.find(({ id }) => id === offboarding.userId)!;
    return changeOf(transaction, { user, offboarding }, actor, (change) =>
      complete(change, offboarding, new Set(locked.map(({ id }) => id)), now),
    );
  });

/** The state of an offboarding as an answer, for one that is no longer open; null while it is. */
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
 * Locks the leaver, their manager and their reports in one statement, in the order of their ids, and for
 * a super-admin every other one: two super-admins completing each other must not leave none. Returns their rows as
 * they are since: FOR UPDATE gives the newest version of a row that it waited for.
 */
const lockEveryoneConcerned = (em: EntityManager, offboardingId: number): Promise<User[]> =>
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
  // Somebody who became a report while this waited is not locked in order: begin anew.
  if (gate.reports.some((id) => !locked.has(id))) throw new TryAgain();
  const obstacle = obstacleIn(gate, user, actor);
  if (obstacle !== null) return refused(change, { outcome: 'refused', reason: obstacle }, now);
  const { counts } = gate;
  if (!isClear(counts)) return refused(change, { outcome: 'still-open', counts }, now);
  const snapshot = await finalize(change, offboarding, gate, now);
  return { outcome: 'completed', by: actor, at: now.getTime(), snapshot };
}

/** Nothing is changed, except that an offboarding that was opened for this completion goes with it. */
function refused(change: Change, answer: NotCompleted, now: Date): NotCompleted {
  if (change.offboarding?.openedForCompletionAt) cancelOpenOffboarding(change, now);
  return answer;
}

/**
 * Has everything written that a completion does: by the one statement at the end of the change, but for an end date
 * that is missing. Returns what its process is to know then, so that it need not be read. That process has the answer:
 * nobody else has to be told.
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
  const marking = sql`
    offboarded as (
      update users set status = 'offboarded', offboarding_completed_at = ${now}, revision = ${revision}
      where id = ${user.id}
    ), closed as (
      update offboardings set state = 'completed', closed_at = ${now}, completed_by = ${actor}, failed_step = null
      where id = ${offboardingId}
    )`;
  alsoWrite({ completion: marking });
}

/** Clears the manager of everyone who reports to the leaver, with one audit entry each. */
function clearManagerOfReports({ alsoWrite, user, actor }: Change, offboardingId: number) {
  const clearing = sql`
    cleared as (
      update users set manager_id = null, revision = revision + 1 where manager_id = ${user.id} returning id
    ), cleared_entries as (
      insert into audit_entries (actor, action, user_id, details)
      select ${actor}, 'user.manager_cleared', id,
        jsonb_build_object('formerManagerId', ${user.id}::int, 'offboardingId', ${offboardingId}::int)
      from cleared order by id
    )`;
  alsoWrite({ reports: clearing });
}

/** In the console at once, and by mail unless they do not want it. */
function notifyManager({ alsoWrite, user }: Change, offboardingId: number) {
  if (!user.managerId) return;
  const notifying = sql`
    manager_notified as (
      insert into notifications (user_id, kind, about_user_id, details)
      values (${user.managerId}, 'offboarding_completed', ${user.id},
        jsonb_build_object('offboardingId', ${offboardingId}::int))
    ), manager_mailed as (
      insert into mails (user_id, kind, offboarding_id)
      select id, 'completions', ${offboardingId}::int from users
      where id = ${user.managerId} and status = 'active' and 'completions' <> all(no_mail_about)
    )`;
  alsoWrite({ manager: notifying });
}
