import { Offboarding } from '../../database/entities/index.ts';
import { closedAnswer } from '../../database/offboarding/completion.ts';
import { cancelOpening, openForCompletion } from '../../database/offboarding/completion-without-end-date.ts';
import { Refusal } from '../../domain/failures.ts';
import type { CompleteAnswer } from '../../domain/offboarding/completion.ts';
import { NotStarted, type UpdateCall, whyNoAnswer } from '../../engine/console-client.ts';
import type { Services } from '../http/services.ts';

/**
 * Completes a person's offboarding, for the console and the API. Returns the stored answer if it is already completed,
 * and opens an offboarding for a person without one. Then sends the update to the leaver's workflow. Throws Refusal
 * when a rule forbids it, and GateRefusal when items are open and there is no offboarding. Throws NoAnswerYet or
 * NotStarted when Temporal does not answer.
 */
export async function completeOffboardingOf(
  services: Pick<Services, 'database' | 'engine' | 'metrics'>,
  userId: number,
  update: UpdateCall,
): Promise<CompleteAnswer> {
  const { completionAsked } = services.metrics;
  try {
    const answer = await complete(services, userId, update);
    completionAsked(answer.outcome === 'refused' ? answer.reason : answer.outcome);
    return answer;
  } catch (error) {
    completionAsked(whyNot(error));
    throw error;
  }
}

/** The label for the metric. It comes from a small fixed set, and holds no personal data. */
const whyNot = (error: unknown): string => (error instanceof Refusal ? error.code : whyNoAnswer(error));

async function complete(
  { database, engine }: Pick<Services, 'database' | 'engine'>,
  userId: number,
  update: UpdateCall,
): Promise<CompleteAnswer> {
  const em = database.em.fork();
  const [last] = await em.find(Offboarding, { userId }, { orderBy: { id: 'desc' }, limit: 1 });
  if (last?.state === 'completed') return (await closedAnswer(em, last.id))!;
  const offboarding = isOpen(last) ? last : await openForCompletion(database.em, update.actor, userId);
  try {
    return await engine.complete(offboarding.id, update);
  } catch (error) {
    if (error instanceof NotStarted) await cancelOpening(database.em, update.actor, offboarding);
    throw error;
  }
}

/** Whether the offboarding is open by an end date. One opened for a completion is checked by `openForCompletion`. */
const isOpen = (last: Offboarding | undefined): last is Offboarding =>
  last?.state === 'open' && !last.openedForCompletionAt;
