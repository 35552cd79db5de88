import { sql } from 'kysely';
import { may } from '../../../domain/access/permissions.ts';
import type { Actor } from '../../../domain/actor.ts';
import { InvalidInput, Refusal } from '../../../domain/failures.ts';
import { maySignIn } from '../../../domain/user-status.ts';
import { changeAbout } from '../../core/change.ts';
import type { EntityManager } from '../../core/orm.ts';
import { sqlOf } from '../../core/tables.ts';
import { User } from '../../entities/index.ts';
import { notLeaving } from './not-leaving.ts';

/**
 * Makes an admin the owner of a leaver's open offboarding, or no one (null). Returns the new owner's name. The same owner
 * changes nothing. `seen` is the owner that the caller read.
 *
 * Throws a Refusal when no offboarding is open, when the owner is another one than `seen`, and for the leaver. Throws
 * InvalidInput for a person who may not offboard.
 */
export const changeOwner = (
  em: EntityManager,
  actor: Actor,
  userId: number,
  ownerId: number | null,
  seen?: number | null,
): Promise<string | null> =>
  changeAbout(
    em,
    userId,
    actor,
    async (change) => {
      const { offboarding } = change;
      if (offboarding === null) throw notLeaving();
      const from = offboarding.ownerId ?? null;
      const name = ownerId === null ? null : await nameOfOwner(change.em, ownerId, userId);
      if (from === ownerId) return name;
      if (seen !== undefined && seen !== from) throw ownerChanged();
      offboarding.ownerId = ownerId;
      change.record('offboarding.owner_changed', { offboardingId: offboarding.id, from, to: ownerId });
      return name;
    },
    (transaction) => lockBoth(transaction, userId, ownerId),
  );

/** Locks the owner too, because they may lose the role at the same time. */
async function lockBoth(em: EntityManager, userId: number, ownerId: number | null): Promise<void> {
  await sql`select id from users where id in (${userId}, ${ownerId}) order by id for update`.execute(
    sqlOf(em),
  );
}

async function nameOfOwner(em: EntityManager, ownerId: number, userId: number): Promise<string> {
  if (ownerId === userId) {
    throw new Refusal('own-offboarding', "People can't own their own offboarding. Choose another admin.");
  }
  const owner = await em.findOne(User, { id: ownerId });
  if (owner === null || !maySignIn(owner) || !may(owner.role, 'offboard')) {
    throw new InvalidInput({ ownerId: 'Choose an active admin.' });
  }
  return owner.name;
}

const ownerChanged = () =>
  new Refusal('owner-changed', 'Someone else changed the owner. Check the new owner, then try again.');
