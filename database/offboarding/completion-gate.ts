import { sql } from 'kysely';
import { may } from '../../domain/access/permissions.ts';
import { type Actor, actorUserId } from '../../domain/actor.ts';
import type { OpenCounts } from '../../domain/offboarding/checklist.ts';
import type { CompletionObstacle } from '../../domain/offboarding/completion.ts';
import { maySignIn } from '../../domain/user-status.ts';
import { isOtherSuperAdmin } from '../access/super-admins.ts';
import { openCounts } from '../core/checklist-sql.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { User } from '../entities/index.ts';
import { userById } from '../people/users.ts';

/** The facts that decide whether a person can be completed. */
export interface Gate {
  counts: OpenCounts;
  /** The user who asked for the completion; null for the system, a token or an unknown user. */
  asker: Pick<User, 'role' | 'status' | 'directoryInactive'> | null;
  hasOtherSuperAdmin: boolean;
  /** The ids of the people whose manager this person is. */
  reports: number[];
  /** The workspace's time zone. */
  timeZone: string;
}

/** Reads the gate of a person by one statement. */
export async function gateOf(em: EntityManager, userId: number, actor: Actor): Promise<Gate> {
  const { rows } = await sql<Omit<Gate, 'counts'> & OpenCounts>`
    select ${openCounts(userId)},
      (select jsonb_build_object('role', role, 'status', status, 'directoryInactive', directory_inactive) from users
        where id = ${actorUserId(actor)}::int) as asker,
      exists (select from users where ${isOtherSuperAdmin(userId)}) as "hasOtherSuperAdmin",
      array(select id from users where manager_id = ${userId}) as reports,
      w.time_zone as "timeZone"
    from workspace w`.execute(sqlOf(em));
  const { hardware, software, requests, ...rest } = rows[0]!;
  return { counts: { hardware, software, requests }, ...rest };
}

/** The rule besides the checklist that forbids this completion, or null. Final only under the completion's locks. */
export function obstacleIn(
  { asker, hasOtherSuperAdmin }: Gate,
  user: Pick<User, 'id' | 'role' | 'offboardingCompletedAt'>,
  actor: Actor,
): CompletionObstacle | null {
  // The schema refuses a second completion, so retries would never succeed.
  if (user.offboardingCompletedAt) return 'completed-by-hand';
  const askerId = actorUserId(actor);
  if (askerId === user.id) return 'own-completion';
  if (askerId !== null && (asker === null || !maySignIn(asker) || !may(asker.role, 'offboard')))
    return 'not-allowed';
  if (user.role === 'super-admin' && !hasOtherSuperAdmin) return 'last-super-admin';
  return null;
}

/** The rule that forbids `actor` to complete this person's offboarding now, or null. Throws NotFound. */
export async function obstacleFor(
  em: EntityManager,
  actor: Actor,
  userId: number,
): Promise<CompletionObstacle | null> {
  const user = await userById(em, userId);
  return obstacleIn(await gateOf(em.fork(), userId, actor), user, actor);
}
