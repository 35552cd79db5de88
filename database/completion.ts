import { sql } from 'kysely';
import type { Actor } from '../domain/actor.ts';
import { isClear } from '../domain/checklist.ts';
import { type CompleteAnswer, endDateOnCompletion } from '../domain/completion.ts';
import { NotFound } from '../domain/failures.ts';
import { type Change, changeWithin } from './change.ts';
import { gateOf, obstacleIn } from './completion-obstacles.ts';
import { Offboarding } from './entities/index.ts';
import { cancelOpenOffboarding } from './offboardings.ts';
import { inOneTransaction } from './one-transaction.ts';
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
 * `already-completed`. The number of statements does not grow with the number of reports. Throws NotFound.
 */
export const completeOffboarding = (
  em: EntityManager,
  offboardingId: number,
  actor: Actor,
  now = new Date(),
): Promise<CompleteAnswer> =>
  inOneTransaction(em, async (transaction) => {
    const { leaverId, locked } = await lockEveryoneConcerned(transaction, offboardingId);
    return changeWithin(transaction, leaverId, actor, (change) =>
      complete(change, offboardingId, locked, now),
    );
  });

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

/**
 * Locks the leaver, their manager and their reports in one statement, in the order of their ids, and for
 * a super-admin every other one: two super-admins completing each other must not leave none.
 */
async function lockEveryoneConcerned(em: EntityManager, offboardingId: number) {
  const { rows } = await sql<{ id: number; isLeaver: boolean }>`
    with leaver as materialized (
      select u.id, u.manager_id, u.role from offboardings o join users u on u.id = o.user_id
      where o.id = ${offboardingId}
    )
    select id, id = (select id from leaver) as "isLeaver" from users where id in (
      select id from leaver
      union select manager_id from leaver
      union select r.id from leaver join users r on r.manager_id = leaver.id
      union select o.id from leaver join users o on o.role = 'super-admin' where leaver.role = 'super-admin'
    ) order by id for update`.execute(sqlOf(em));
  const found = rows.find(({ isLeaver }) => isLeaver);
  if (found === undefined) throw new NotFound('offboarding');
  return { leaverId: found.id, locked: new Set(rows.map(({ id }) => id)) };
}

async function complete(
  change: Change,
  offboardingId: number,
  locked: ReadonlySet<number>,
  now: Date,
): Promise<CompleteAnswer> {
  const { em, user, actor } = change;
  const offboarding = await em.findOneOrFail(Offboarding, { id: offboardingId });
  const closed = answerOfClosed(offboarding);
  if (closed !== null) return closed;
  const gate = await gateOf(em, user.id, actor);
  // Somebody who became a report while this waited is not locked in order: begin anew.
  if (gate.reports.some((id) => !locked.has(id))) throw new TryAgain();
  const obstacle = obstacleIn(gate, user, actor);
  if (obstacle !== null) return refused(change, { outcome: 'refused', reason: obstacle }, now);
  const { counts } = gate;
  if (!isClear(counts)) return refused(change, { outcome: 'still-open', counts }, now);
  await finalize(change, offboarding, gate.reports.length, now);
  return { outcome: 'completed', by: actor, at: now.getTime() };
}

/** Nothing is changed, except that an offboarding that was opened for this completion goes with it. */
function refused(change: Change, answer: CompleteAnswer, now: Date): CompleteAnswer {
  if (change.offboarding?.openedForCompletionAt) cancelOpenOffboarding(change, now);
  return answer;
}

async function finalize(change: Change, offboarding: Offboarding, reports: number, now: Date) {
  const { em, user, actor } = change;
  user.endDate ??= endDateOnCompletion(user.startDate, todayOf(user, await workspaceOf(em), now));
  user.status = 'offboarded';
  user.offboardingCompletedAt = now;
  em.assign(offboarding, { state: 'completed', closedAt: now, completedBy: actor, failedStep: null });
  change.record('user.offboarded', { offboardingId: offboarding.id, endDate: user.endDate, reports });
  // The process that asked has the answer: nobody else has to be told.
  change.changed();

  clearManagerOfReports(change, offboarding.id);
  endEveryWayIn(change, now);
  skipReminders(change, offboarding.id, 'completed', now);
  notifyManager(change, offboarding.id);
  publish(change, { type: 'user.offboarded', offboarding, at: now });
}

/** Clears the manager of everyone who reports to the leaver, with one audit entry each. */
function clearManagerOfReports({ beside, user, actor }: Change, offboardingId: number) {
  const clearing = sql`
    cleared as (
      update users set manager_id = null, revision = revision + 1 where manager_id = ${user.id} returning id
    ), cleared_entries as (
      insert into audit_entries (actor, action, user_id, details)
      select ${actor}, 'user.manager_cleared', id,
        jsonb_build_object('formerManagerId', ${user.id}::int, 'offboardingId', ${offboardingId}::int)
      from cleared order by id
    )`;
  beside('reports', clearing);
}

/** In the console at once, and by mail unless they do not want it. */
function notifyManager({ beside, user }: Change, offboardingId: number) {
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
  beside('manager', notifying);
}
