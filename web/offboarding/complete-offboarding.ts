import { Offboarding } from '../../database/entities/index.ts';
import { closedAnswer } from '../../database/offboarding/completion.ts';
import { cancelOpening, openForCompletion } from '../../database/offboarding/completion-without-end-date.ts';
import { Refusal } from '../../domain/failures.ts';
import type { CompleteAnswer } from '../../domain/offboarding/completion.ts';
import { NotStarted, type UpdateCall, whyNoAnswer } from '../../engine/console-client.ts';
import type { Services } from '../http/services.ts';

/**
 * Completes a person's offboarding: the one operation behind every door into it. Asks the database first
 * whether it is done already; opens an offboarding for somebody without one; then asks the leaver's
 * workflow. Throws Refusal when a rule forbids it, GateRefusal when nothing was opened because something is open,
 * and NoAnswerYet or NotBegun from the engine.
 */
export async function completeOffboardingOf(
  services: Pick<Services, 'database' | 'engine' | 'metrics'>,
  userId: number,
  question: UpdateCall,
): Promise<CompleteAnswer> {
  const { completionAsked } = services.metrics;
  try {
    const answer = await complete(services, userId, question);
    completionAsked(answer.outcome === 'refused' ? answer.reason : answer.outcome);
    return answer;
  } catch (error) {
    completionAsked(whyNot(error));
    throw error;
  }
}

/** Refusals have codes of our own, few and without names. */
const whyNot = (error: unknown): string => (error instanceof Refusal ? error.code : whyNoAnswer(error));

async function complete(
  { database, engine }: Pick<Services, 'database' | 'engine'>,
  userId: number,
  question: UpdateCall,
): Promise<CompleteAnswer> {
  const em = database.em.fork();
  const [last] = await em.find(Offboarding, { userId }, { orderBy: { id: 'desc' }, limit: 1 });
  if (last?.state === 'completed') return (await closedAnswer(em, last.id))!;
  const offboarding = waits(last) ? last : await openForCompletion(database.em, question.actor, userId);
  try {
    return await engine.complete(offboarding.id, question);
  } catch (error) {
    if (error instanceof NotStarted) await cancelOpening(database.em, question.actor, offboarding);
    throw error;
  }
}

/** Open whether or not this completion is carried out: everything else is decided where it is. */
const waits = (last: Offboarding | undefined): last is Offboarding =>
  last?.state === 'open' && !last.openedForCompletionAt;
