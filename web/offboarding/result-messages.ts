import { refusalWords } from '../../domain/offboarding/checklist.ts';
import {
  type CompleteAnswer,
  completionObstacles,
  type RetryAnswer,
  type RevokeSeatAnswer,
} from '../../domain/offboarding/completion.ts';
import type { UpdateAnswer } from '../../engine/console-client.ts';
import { actorLabel } from '../http/pages/actor-label.ts';
import type { Alert } from '../http/pages/rendering.ts';
import { helpers } from '../http/pages/view-helpers.ts';

/** The message for the result of a completion. `nameOf` gives an actor's name. */
export function completionAlert(
  answer: CompleteAnswer,
  nameOf: (actor: string) => string = actorLabel,
): Alert {
  switch (answer.outcome) {
    case 'completed':
      return { tone: 'success', text: 'Marked as offboarded.' };
    case 'already-completed':
      return {
        tone: 'info',
        text: `Already completed by ${nameOf(answer.by)} at ${helpers.time(answer.at)}.`,
      };
    case 'cancelled':
      return {
        tone: 'danger',
        text: `This offboarding was cancelled by ${nameOf(answer.by)} at ${helpers.time(answer.at)}.`,
      };
    case 'still-open':
      return { tone: 'danger', text: refusalWords(answer.counts) };
    case 'refused':
      return { tone: 'danger', text: completionObstacles[answer.reason] };
  }
}

/** The message for the result of any update. */
export const answerAlert = (answer: UpdateAnswer, nameOf?: (actor: string) => string): Alert =>
  isRevocation(answer) ? revocationAlert(answer) : retryAlert(answer, nameOf);

const revocationOutcomes = new Set<string>(['revoked', 'already-revoked', 'not-theirs']);
const isRevocation = (answer: UpdateAnswer): answer is RevokeSeatAnswer =>
  revocationOutcomes.has(answer.outcome);

/** The message for the result of a retry; a completion gets its own message. */
export function retryAlert(answer: RetryAnswer, nameOf?: (actor: string) => string): Alert {
  switch (answer.outcome) {
    case 'recovered':
      return { tone: 'success', text: 'It worked this time. Nothing waits for you any more.' };
    case 'being-tried':
      return {
        tone: 'info',
        text: 'It is being tried again. This page goes on saying that it failed until it has worked.',
      };
    case 'nothing-failed':
      return { tone: 'info', text: 'Nothing waits for another try any more.' };
    default:
      return completionAlert(answer, nameOf);
  }
}

/** The message for the result of a revocation. */
export function revocationAlert({ outcome }: RevokeSeatAnswer): Alert {
  if (outcome === 'revoked') return { tone: 'success', text: 'The seat has been revoked and is free again.' };
  if (outcome === 'already-revoked')
    return { tone: 'info', text: 'This seat was revoked already. Nothing was changed.' };
  return { tone: 'danger', text: 'This seat does not belong to this person. Nothing was changed.' };
}

/** The name of the person who closed an offboarding; Temporal knows only the actor's id. */
export const namesFrom =
  (offboarding: { closedBy: string | null; closedByName: string | null } | null) =>
  (actor: string): string =>
    actorLabel(actor, actor === offboarding?.closedBy ? offboarding.closedByName : null);

/** Temporal has not answered in time. The update may still be carried out, so the page polls. */
export const updatePending: Alert = {
  tone: 'warning',
  text: 'The process engine has not answered yet. What you asked for may still be carried out within a minute; this page keeps asking.',
};

/** Temporal does not know the update's token: the update never arrived, and nothing was changed. */
export const updateLost: Alert = {
  tone: 'warning',
  text: 'What you asked for did not reach the process engine, and nothing was changed. Please ask again.',
};
