import { sql } from 'kysely';
import type { Actor } from '../domain/actor.ts';
import { isClear } from '../domain/checklist.ts';
import { type CompleteAnswer, endDateOnCompletion } from '../domain/completion.ts';
import { NotFound } from '../domain/failures.ts';
import { type Change, changeAbout } from './change.ts';
import { openCountsOf } from './checklists.ts';
import { obstacleTo } from './completion-obstacles.ts';
import { Notification, Offboarding } from './entities/index.ts';
import { cancelOpenOffboarding } from './offboardings.ts';
import type { EntityManager } from './orm.ts';
import { skipReminders } from './rearming.ts';
import { TryAgain } from './retrying.ts';
import { sqlOf } from './tables.ts';
import { endEveryWayIn } from './ways-in.ts';
import { publish } from './webhook-events.ts';
import { todayOf, workspaceOf } from './workspace.ts';

/**
 * Marks a leaver offboarded with every effect in one transaction, or says why not. The gate decides
 * here, under the lock of the leaver's row; asked again after it committed, it answers
 * `already-completed`. The number of statements does not grow with the number of reports.
 */
export async function completeOffboarding(
  em: EntityManager,
  offboardingId: number,
  actor: Actor,
  now = new Date(),
): Promise<CompleteAnswer> {
  const { userId } = await offboardingById(em, offboardingId);
  return changeAbout(
    em,
    userId,
    actor,
    (change) => complete(change, offboardingId, now),
    lockEveryoneConcerned,
  );
}

/** The state of an offboarding as an answer, for one that is no longer open; null while it is. */
export async function closedAnswer(em: EntityManager, offboardingId: number): Promise<CompleteAnswer | null> {
  return answerOfClosed(await offboardingById(em, offboardingId));
}

async function offboardingById(em: EntityManager, id: number): Promise<Offboarding> {
  const offboarding = await em.fork().findOne(Offboarding, { id });
  if (offboarding === null) throw new NotFound('offboarding');
  return offboarding;
}

function answerOfClosed(offboarding: Offboarding): CompleteAnswer | null {
  const at = offboarding.closedAt?.getTime() ?? 0;
  if (offboarding.state === 'completed')
    return { outcome: 'already-completed', by: offboarding.completedBy!, at };
  if (offboarding.state === 'cancelled') return { outcome: 'cancelled', by: offboarding.cancelledBy!, at };
  return null;
}

async function complete(change: Change, offboardingId: number, now: Date): Promise<CompleteAnswer> {
  const offboarding = await change.em.findOneOrFail(Offboarding, { id: offboardingId });
  const closed = answerOfClosed(offboarding);
  if (closed !== null) return closed;
  const obstacle = await obstacleTo(change);
  if (obstacle !== null) return refused(change, { outcome: 'refused', reason: obstacle }, now);
  const counts = await openCountsOf(change.em, change.user.id);
  if (!isClear(counts)) return refused(change, { outcome: 'still-open', counts }, now);
  await finalize(change, offboarding, now);
  return { outcome: 'completed', by: change.actor, at: now.getTime() };
}

/** Nothing is changed, except that an offboarding that was opened for this completion goes with it. */
async function refused(change: Change, answer: CompleteAnswer, now: Date): Promise<CompleteAnswer> {
  if (change.offboarding?.openedForCompletionAt) await cancelOpenOffboarding(change, now);
  return answer;
}

/**
 * Locks the leaver, their manager and their reports in one statement, in the order of their ids, and for
 * a super-admin every other one: two super-admins completing each other must not leave none. Somebody
 * who became a report while this waited is not locked in order: begin anew.
 */
async function lockEveryoneConcerned(em: EntityManager, userId: number): Promise<void> {
  const locked = await sql<{ id: number }>`
    select id from users where id in (
      select id from users where id = ${userId}
      union select id from users where manager_id = ${userId}
      union select manager_id from users where id = ${userId}
      union select o.id from users o, users u
        where u.id = ${userId} and u.role = 'super-admin' and o.role = 'super-admin'
    ) order by id for update`.execute(sqlOf(em));
  const newcomers = await sql<{ id: number }>`
    select id from users where manager_id = ${userId} and id <> all(${locked.rows.map((row) => row.id)}::int[])
    limit 1`.execute(sqlOf(em));
  if (newcomers.rows.length > 0) throw new TryAgain();
}

async function finalize(change: Change, offboarding: Offboarding, now: Date) {
  const { em, user, actor } = change;
  const reports = await clearManagerOfReports(change, offboarding.id);
  await endEveryWayIn(change, now);
  await skipReminders(em, offboarding.id, 'completed', now);

  user.status = 'offboarded';
  user.endDate ??= endDateOnCompletion(user.startDate, todayOf(user, await workspaceOf(em), now));
  user.offboardingCompletedAt = now;
  em.assign(offboarding, { state: 'completed', closedAt: now, completedBy: actor, failedStep: null });
  change.record('user.offboarded', { offboardingId: offboarding.id, endDate: user.endDate, reports });
  change.changed('lastDay');

  await notifyManager(change, offboarding.id);
  await publish(change, { type: 'user.offboarded', offboarding, at: now });
}

/** Clears the manager of everyone who reported to the leaver, with one audit entry each; returns how many. */
async function clearManagerOfReports({ em, user, actor }: Change, offboardingId: number) {
  const clearing = sql`
    with cleared as (
      update users set manager_id = null, revision = revision + 1 where manager_id = ${user.id} returning id
    )
    insert into audit_entries (actor, action, user_id, details)
    select ${actor}, 'user.manager_cleared', id,
      jsonb_build_object('formerManagerId', ${user.id}::int, 'offboardingId', ${offboardingId}::int)
    from cleared order by id`;
  const { numAffectedRows } = await clearing.execute(sqlOf(em));
  return Number(numAffectedRows ?? 0);
}

/** In the console at once, and by mail unless they do not want it. */
async function notifyManager({ em, user }: Change, offboardingId: number) {
  if (!user.managerId) return;
  em.create(Notification, {
    userId: user.managerId,
    kind: 'offboarding_completed',
    aboutUserId: user.id,
    details: { offboardingId },
  });
  await sql`
    insert into mails (user_id, kind, offboarding_id)
    select id, 'completions', ${offboardingId}::int from users
    where id = ${user.managerId} and status = 'active' and 'completions' <> all(no_mail_about)`.execute(
    sqlOf(em),
  );
}
