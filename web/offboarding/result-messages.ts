import type { ChecklistPage } from '../../database/offboarding/checklist-page.ts';
import { refusalWords } from '../../domain/offboarding/checklist.ts';
import {
  type CompleteAnswer,
  completionObstacles,
  type NotCompleted,
  type RetryAnswer,
  type RevokeSeatAnswer,
} from '../../domain/offboarding/completion.ts';
import { notStartedText, type UpdateAnswer } from '../../engine/console-client.ts';
import { actorLabel } from '../http/pages/actor-label.ts';
import type { Alert } from '../http/pages/rendering.ts';
import type { Times } from '../http/pages/times.ts';

/** The names and the clock that a message needs. */
interface Words {
  leaver: string;
  /** The name of the person who closed the offboarding; Temporal knows only the actor's id. */
  nameOf: (actor: string) => string;
  times: Times;
}

/** The message for the result of a completion. */
function completionAlert(answer: CompleteAnswer, { leaver, ...words }: Words): Alert {
  if (answer.outcome === 'completed') return { tone: 'success', text: `${leaver} is now offboarded.` };
  const tone = answer.outcome === 'already-completed' ? 'info' : 'danger';
  return { tone, text: whyNotCompleted(answer, words) };
}

/** Why a request completed nothing. `nameOf` gives an actor's name. */
export function whyNotCompleted(answer: NotCompleted, { nameOf, times }: Omit<Words, 'leaver'>): string {
  switch (answer.outcome) {
    case 'already-completed':
      return `Already completed by ${nameOf(answer.by)} on ${times.time(answer.at)}.`;
    case 'cancelled':
      return `This offboarding was cancelled by ${nameOf(answer.by)} on ${times.time(answer.at)}.`;
    case 'still-open':
      return refusalWords(answer.counts);
    case 'refused':
      return completionObstacles[answer.reason];
  }
}

/** The message for the result of any update. */
export const answerAlert = (answer: UpdateAnswer, words: Words): Alert =>
  isRevocation(answer) ? revocationAlert(answer) : retryAlert(answer, words);

const revocationOutcomes = new Set<string>(['revoked', 'already-revoked', 'not-theirs']);
const isRevocation = (answer: UpdateAnswer): answer is RevokeSeatAnswer =>
  revocationOutcomes.has(answer.outcome);

/** The message for the result of a retry; a completion gets its own message. */
export function retryAlert(answer: RetryAnswer, words: Words): Alert {
  switch (answer.outcome) {
    case 'recovered':
      return { tone: 'success', text: 'Retry succeeded.' };
    case 'being-tried':
      return { tone: 'info', text: 'Retrying… Refresh in a moment.' };
    case 'nothing-failed':
      return { tone: 'info', text: 'There is no failed step to retry.' };
    default:
      return completionAlert(answer, words);
  }
}

/** The message for the result of a revocation. The license's name is missing when only the token is known. */
export function revocationAlert({ outcome }: RevokeSeatAnswer, license?: string): Alert {
  if (outcome === 'revoked')
    return { tone: 'success', text: `${license ?? 'Seat'} revoked. The seat is free.` };
  if (outcome === 'already-revoked') return { tone: 'info', text: 'This seat was already revoked.' };
  return { tone: 'danger', text: 'This seat belongs to someone else. Reload the page and try again.' };
}

/** What the messages about a person's offboarding need. */
export const wordsFor = (
  { name, offboarding }: Pick<ChecklistPage, 'name' | 'offboarding'>,
  times: Times,
): Words => ({
  times,
  leaver: name,
  nameOf: (actor) => actorLabel(actor, actor === offboarding?.closedBy ? offboarding.closedByName : null),
});

/** Temporal has not answered in time. The update may still be carried out, so the page polls. */
export const updatePending: Alert = {
  tone: 'warning',
  text: 'Still working. This can take up to a minute; the page updates by itself.',
};

/** Temporal does not know the update's token: the update never arrived, and nothing was changed. */
export const updateLost: Alert = {
  tone: 'warning',
  text: notStartedText,
};
