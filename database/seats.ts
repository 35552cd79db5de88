import type { Actor } from '../domain/actor.ts';
import type { RevokeSeatAnswer } from '../domain/completion.ts';
import { NotFound } from '../domain/failures.ts';
import { changeAbout } from './change.ts';
import { License, Seat } from './entities/index.ts';
import type { EntityManager } from './orm.ts';

/** The seat, wherever it is and whatever became of it. Throws NotFound. */
export async function seatById(em: EntityManager, seatId: number): Promise<Seat> {
  const seat = await em.fork().findOne(Seat, { id: seatId });
  if (seat === null) throw new NotFound('seat');
  return seat;
}

/** Takes a seat back, once: asked again it answers `already-revoked`. Throws NotFound. */
export async function revokeSeat(
  em: EntityManager,
  actor: Actor,
  seatId: number,
  now = new Date(),
): Promise<RevokeSeatAnswer> {
  const { userId } = await seatById(em, seatId);
  return changeAbout(em, userId, actor, async (change) => {
    const seat = await change.em.findOneOrFail(Seat, { id: seatId });
    if (seat.revokedAt) return { outcome: 'already-revoked' };
    const license = await change.em.findOneOrFail(License, { id: seat.licenseId });
    seat.revokedAt = now;
    change.record('seat.revoked', { seatId, licenseId: license.id, license: license.name });
    change.changed('seats');
    return { outcome: 'revoked' };
  });
}
