import type { Role } from '../../domain/access/permissions.ts';
import type { Actor } from '../../domain/actor.ts';
import { Refusal } from '../../domain/failures.ts';
import { changeAbout } from '../core/change.ts';
import type { EntityManager } from '../core/orm.ts';
import { revokeAllAccess } from './revoke-access.ts';
import { keepOneSuperAdmin, lockWithSuperAdmins } from './super-admins.ts';

/**
 * Gives a person another role. They have to sign in again; links and tokens made in the old role end. The last
 * active super-admin keeps theirs; somebody offboarded gets none. The same role again changes nothing.
 */
export const changeRole = (
  em: EntityManager,
  actor: Actor,
  userId: number,
  role: Role,
  now = new Date(),
): Promise<void> =>
  changeAbout(
    em,
    userId,
    actor,
    async (change) => {
      const { user } = change;
      const from = user.role;
      if (from === role) return;
      if (user.status === 'offboarded') {
        throw new Refusal('already-offboarded', 'This person has been offboarded and gets no role any more.');
      }
      await keepOneSuperAdmin(change);
      user.role = role;
      change.record('user.role_changed', { from, to: role });
      change.changed();
      revokeAllAccess(change, now);
    },
    lockWithSuperAdmins,
  );
