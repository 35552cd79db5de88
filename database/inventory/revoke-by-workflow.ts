import type { Actor } from '../../domain/actor.ts';
import type { RevokeSeatAnswer } from '../../domain/offboarding/completion.ts';
import type { EntityManager } from '../core/orm.ts';
import { Offboarding } from '../entities/index.ts';
import { revokeSeat } from './seats.ts';

/** Revokes a seat through the leaver's workflow. */
export type WorkflowRevocation<Call> = (
  offboardingId: number,
  seatId: number,
  call: Call,
) => Promise<RevokeSeatAnswer>;

/**
 * Revokes a seat: through the leaver's workflow while the offboarding is open, else in the database. The token is the
 * update id in both, so that a repeat after the offboarding was closed gets the first answer.
 */
export async function revokeSeatOf<Call extends { actor: Actor; token: string }>(
  em: EntityManager,
  byWorkflow: WorkflowRevocation<Call>,
  seat: { id: number; userId: number },
  call: Call,
): Promise<RevokeSeatAnswer> {
  const offboarding = await em.fork().findOne(Offboarding, { userId: seat.userId, state: 'open' });
  return offboarding === null
    ? revokeSeat(em, call.actor, seat.id, call.token)
    : byWorkflow(offboarding.id, seat.id, call);
}
