import type { RevokeSeatAnswer } from '../../domain/offboarding/completion.ts';
import type { RevokeSeatRequest } from '../../engine/contract.ts';
import { databaseStep } from '../activity-proxies.ts';
import type { OffboardingState } from './state.ts';

/** Revokes a seat of the leaver, or answers why not. The update id lets a repeated step recognise what it did. */
export async function revoke(
  leaver: OffboardingState,
  { seatId, actor, requestedAt, requestId }: RevokeSeatRequest,
  updateId: string,
): Promise<RevokeSeatAnswer> {
  const { offboardingId } = leaver;
  const apply = leaver.startRead();
  const { answer, snapshot } = await databaseStep(`Revoke seat ${seatId}`).revokeSeat({
    offboardingId,
    seatId,
    actor,
    requestedAt,
    requestId,
    updateId,
  });
  apply(snapshot);
  return answer;
}
