import { may, type Role } from '../../domain/access/permissions.ts';
import type { Actor } from '../../domain/actor.ts';
import { Refusal } from '../../domain/failures.ts';
import { changeAbout } from '../core/change.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { releaseOwned } from '../offboarding/handling/owned.ts';
import { refuseUnreachable } from './needed-email.ts';
import { revokeAllAccess } from './revoke-access.ts';
import { lockWithSuperAdmins, refuseLastSuperAdmin } from './super-admins.ts';

/**
 * Changes a user's role and revokes their sessions, links and tokens. The same role changes nothing. Throws a Refusal
 * for the last active super-admin, for an offboarded user and for a role without an email, and NotFound.
 */
export const changeRole = (
  em: EntityManager,
  actor: Actor,
  userId: number,
  role: Role,
  now = new Date(),
): Promise<void> =>
  changeAbout(em, userId, actor, (change) => applyRole(change, role, now), lockWithSuperAdmins);

/** Like `changeRole`, within a larger change whose caller holds `lockWithSuperAdmins`. */
export async function applyRole(change: Change, role: Role, now: Date): Promise<void> {
  const { user } = change;
  const from = user.role;
  if (from === role) return;
  if (user.status === 'offboarded') {
    throw new Refusal('already-offboarded', "This person is offboarded and can't get a role.");
  }
  if (role !== 'employee') refuseUnreachable(user);
  await refuseLastSuperAdmin(change);
  user.role = role;
  change.record('user.role_changed', { from, to: role });
  change.changed();
  revokeAllAccess(change, now);
  if (!may(role, 'offboard')) releaseOwned(change);
}
