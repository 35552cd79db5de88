import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { Refusal } from '../../domain/failures.ts';
import { changeAbout } from '../core/change.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { contains } from '../core/search.ts';
import { sqlOf } from '../core/tables.ts';
import { License, Seat } from '../entities/index.ts';
import { lockLicense } from './licenses.ts';
import { seatById } from './seats.ts';
import { type Reversal, refuseLateUndo, refuseWhenCompleted, undoOfferedMs } from './undo-limit.ts';

/** The result of undoing a revocation. `unchanged`: the person has the seat already. */
export interface ReopenedSeat {
  outcome: 'reopened' | 'unchanged';
  licenseId: number;
  license: string;
  userId: number;
  name: string;
}

/**
 * Gives a revoked seat back to the person who had it, also when they are suspended. Throws NotFound. Throws Refusal when
 * they have completed, have another seat of the license, or no seat is free, and for an undo that comes too late.
 */
export async function undoRevocation(
  em: EntityManager,
  actor: Actor,
  seatId: number,
  reversal: Reversal,
): Promise<ReopenedSeat> {
  const { userId } = await seatById(em, seatId);
  return changeAbout(em, userId, actor, (change) => undo(change, seatId, reversal));
}

async function undo(change: Change, seatId: number, reversal: Reversal): Promise<ReopenedSeat> {
  const { em, user } = change;
  const seat = await em.findOneOrFail(Seat, { id: seatId });
  const { id: licenseId, name: license, seatsUsed, seatsTotal } = await lockLicense(em, seat.licenseId);
  const whose = { licenseId, license, userId: user.id, name: user.name };
  if (!seat.revokedAt) return { outcome: 'unchanged', ...whose };
  refuseWhenCompleted(user);
  await refuseLateUndo(change, reversal, revocationOf(seatId));
  if ((await em.count(Seat, { licenseId, userId: user.id, revokedAt: null })) > 0) {
    throw new Refusal('already-has-seat', `${user.name} already has another seat for ${license}.`);
  }
  if (seatsUsed >= seatsTotal) {
    throw new Refusal(
      'no-seat-left',
      `The seat went to someone else, and ${license} has no other free seat.`,
    );
  }
  seat.revokedAt = null;
  change.record('seat.revocation_undone', { seatId, licenseId, license });
  change.changed('seats');
  return { outcome: 'reopened', ...whose };
}

const revocationOf = (seatId: number) => ({ actions: ['seat.revoked'], item: { seatId } }) as const;

/** A revocation, and for how many more milliseconds it is offered to undo it; 0 when it is too late. */
export interface OfferedUndo {
  seatId: number;
  license: string;
  offeredMs: number;
}

/** The undo of a revocation that `actor` is offered; null when the person has no such seat. */
export async function offeredUndoOf(
  em: EntityManager,
  actor: Actor,
  userId: number,
  seatId: number,
): Promise<OfferedUndo | null> {
  const fork = em.fork();
  const seat = await fork.findOne(Seat, { id: seatId, userId });
  if (seat === null) return null;
  const { name: license } = await fork.findOneOrFail(License, { id: seat.licenseId });
  const offeredMs = seat.revokedAt ? await undoOfferedMs(fork, actor, userId, revocationOf(seatId)) : 0;
  return { seatId, license, offeredMs };
}

/** A revoked seat, with the person who had it. */
export interface RevokedSeat {
  id: number;
  userId: number;
  name: string;
  revokedAt: Date;
}

/** How many revoked seats a page shows. */
const shownCount = 20;

/**
 * The last revoked seats of a license that can be given back: the person has no later seat of it and has not completed.
 * `search` is part of a person's name or email.
 */
export async function revokedSeatsOf(
  em: EntityManager,
  licenseId: number,
  search: string,
): Promise<RevokedSeat[]> {
  const isFound = search === '' ? sql`true` : contains([sql`u.name`, sql`u.email`], search);
  const { rows } = await sql<RevokedSeat>`
    select s.id, u.id as "userId", u.name, s.revoked_at as "revokedAt"
    from seats s join users u on u.id = s.user_id
    where s.license_id = ${licenseId} and s.revoked_at is not null and u.assignable and ${isFound}
      and not exists (
        select from seats later where later.license_id = s.license_id and later.user_id = s.user_id and later.id > s.id)
    order by s.revoked_at desc, s.id desc limit ${shownCount}`.execute(sqlOf(em));
  return rows;
}
