import type { OfferedUndo } from '../../database/inventory/undo-revocation.ts';
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
import type { UndoOffer } from '../http/pages/undo-offer.ts';

/** The names that a message needs. */
interface Words {
  leaver: string;
  /** The name of the person who closed the offboarding; Temporal knows only the actor's id. */
  nameOf: (actor: string) => string;
}

/** The message for the result of a completion. */
function completionAlert(answer: CompleteAnswer, { leaver, nameOf }: Words): Alert {
  if (answer.outcome === 'completed') return { tone: 'success', text: `${leaver} is now offboarded.` };
  const tone = answer.outcome === 'already-completed' ? 'info' : 'danger';
  return { tone, ...whyNotCompleted(answer, nameOf) };
}

/** Why a request completed nothing; with `at`, the text ends with that time. `nameOf` gives an actor's name. */
export function whyNotCompleted(
  answer: NotCompleted,
  nameOf: Words['nameOf'],
): { text: string; at?: number } {
  switch (answer.outcome) {
    case 'already-completed':
      return { text: `Already completed by ${nameOf(answer.by)}`, at: answer.at };
    case 'cancelled':
      return { text: `This offboarding was cancelled by ${nameOf(answer.by)}`, at: answer.at };
    case 'still-open':
      return { text: refusalWords(answer.counts) };
    case 'refused':
      return { text: completionObstacles[answer.reason] };
  }
}

/** The message for the result of any update. `seat` is the one that the update was about. */
export const answerAlert = (answer: UpdateAnswer, words: Words, seat: OfferedUndo | null): Alert =>
  isRevocation(answer) ? lateRevocationAlert(answer, seat) : retryAlert(answer, words);

/** The message for a revocation whose answer came late, with Undo for the time that is left. */
function lateRevocationAlert(answer: RevokeSeatAnswer, seat: OfferedUndo | null): Alert {
  const alert = revocationAlert(answer, seat?.license);
  if (answer.outcome !== 'revoked' || seat === null || seat.offeredMs === 0) return alert;
  return { ...alert, undo: { ...undoOfRevocation(seat.seatId, 'offboarding'), offeredMs: seat.offeredMs } };
}

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
      return { tone: 'info', text: "There's no failed step to retry." };
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

/** The Undo of a revocation. It leads back to the page with the form. */
export const undoOfRevocation = (seatId: number, from: 'offboarding' | 'license'): UndoOffer => ({
  action: `/seats/${seatId}/revocation/undo`,
  fields: { from },
});

/** What the messages about a person's offboarding need. */
export const wordsFor = ({ name, offboarding }: Pick<ChecklistPage, 'name' | 'offboarding'>): Words => ({
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
