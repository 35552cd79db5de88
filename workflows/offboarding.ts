import {
  allHandlersFinished,
  condition,
  continueAsNew,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { isClear, type OpenCounts } from '../domain/offboarding/checklist.ts';
import type { CompleteAnswer, RetryAnswer, RevokeSeatAnswer } from '../domain/offboarding/completion.ts';
import {
  complete,
  departmentChanged,
  hardwareChanged,
  lastDayChanged,
  type OffboardingInput,
  type RevokeSeatRequest,
  requestsChanged,
  retry,
  revokeSeat,
  seatsChanged,
  type UpdateRequest,
} from '../engine/contract.ts';
import { databaseStep, failedForGood, isExpired } from './activity-proxies.ts';
import { idempotentUpdates } from './offboarding/idempotent-updates.ts';
import { retryableSteps } from './offboarding/retryable-steps.ts';
import { type Carried, countsIn, OffboardingState } from './offboarding/state.ts';
import { validateRequest, validateRevocation } from './offboarding/update-validators.ts';
import { Visibility } from './offboarding/visibility.ts';
import { startSending } from './start-sending.ts';

/** Shorter than the patience of the person who waits: a step that fails again takes longer. */
const retryPatience = '2s';

/** Whatever takes longer is shown to operators. */
const moment = '1s';

interface Run extends OffboardingInput {
  carried?: Carried;
  /** Continue as new after so many events although the engine does not suggest it yet: for tests. */
  continueAfter?: number;
}

/**
 * The process of one leaver: knows what is still open, reminds people, and lets the offboarding be
 * completed once nothing is. It decides nothing that the database does not decide again.
 */
export async function offboarding(input: Run): Promise<void> {
  const { offboardingId } = input;
  const state = new OffboardingState(input.carried);
  if (input.snapshot !== undefined) state.startRead()(input.snapshot);
  const noticeboard = new Visibility(state);
  let isMomentary = false;
  const answer = idempotentUpdates(state);
  const { run, markFailed, markRecovered, clearFailures, recordFailedSteps } = retryableSteps(
    offboardingId,
    state,
  );

  // Signals only record.
  setHandler(hardwareChanged, (set) => state.apply('hardware', set));
  setHandler(seatsChanged, (set) => state.apply('seats', set));
  setHandler(requestsChanged, (set) => state.apply('requests', set));
  setHandler(lastDayChanged, (lastDay) => state.apply('lastDay', lastDay));
  setHandler(departmentChanged, (department) => state.apply('department', department));
  setHandler(revokeSeat, (request) => answer(() => takeSeatBack(request)), {
    validator: validateRevocation,
    description: 'Takes a seat of the leaver back',
  });
  setHandler(complete, (asking) => answer(() => tryToComplete(asking)), {
    validator: validateRequest,
    description: 'Marks the leaver offboarded, or says what is still open',
  });
  setHandler(retry, tryAgain, {
    validator: validateRequest,
    description: 'Tries the step again that failed for good',
  });

  keepShowing();
  if (input.snapshot === undefined) await run('reading', read, () => !state.isOpen);
  const wasOpen = state.isOpen;
  while (state.isOpen) {
    if (state.needsRefresh) await run('reading', read, () => !state.isOpen);
    await run('reminders', remindWhenDue, () => !state.isOpen);
    if (hasGrownLong()) await goOnInNewRun();
  }
  await clearFailures();
  if (wasOpen && state.phase === 'completed') await run('sending', () => startSending(offboardingId));
  await condition(allHandlersFinished);
  noticeboard.refresh();

  /** Returns what was open at that moment; what is known then may have parts that are newer. */
  async function read(): Promise<OpenCounts> {
    const take = state.startRead();
    const picture = await databaseStep('Read what is open').readSnapshot(offboardingId);
    if (picture === null) {
      state.markMissing();
      return state.counts;
    }
    take(picture);
    return countsIn(picture);
  }

  /** Waits for the next stored reminder or for whatever changes the wait, and fires the reminder that is due. */
  async function remindWhenDue() {
    if (state.needsNextReminder) {
      state.needsNextReminder = false;
      const take = state.startReminderRead();
      take(await databaseStep('Look for the next reminder').nextReminder(offboardingId));
    }
    const { reminder } = state;
    const isAnother = () => state.reminder?.id !== reminder?.id || state.reminder?.dueAt !== reminder?.dueAt;
    const waitIsOver = () =>
      !state.isOpen || state.needsNextReminder || state.needsRefresh || isAnother() || hasGrownLong();
    if (reminder === null) return condition(waitIsOver);
    const left = reminder.dueAt - Date.now();
    const interrupted =
      left > 0 && (await condition(waitIsOver, left, { summary: `Reminder ${reminder.kind}` }));
    if (interrupted) return;
    const take = state.startReminderRead();
    take(await databaseStep(`Remind: ${reminder.kind}`).fireReminder(offboardingId, reminder.id));
  }

  async function takeSeatBack({
    seatId,
    actor,
    requestedAt,
    requestId,
  }: RevokeSeatRequest): Promise<RevokeSeatAnswer> {
    const take = state.startRead();
    const { answer, picture } = await databaseStep(`Revoke seat ${seatId}`).revokeSeat({
      offboardingId,
      seatId,
      actor,
      requestedAt,
      requestId,
    });
    take(picture);
    return answer;
  }

  async function tryToComplete(asking: UpdateRequest): Promise<CompleteAnswer> {
    await condition(() => state.isKnown || !state.isOpen);
    // A signal may still be on its way.
    const seen = state.isOpen && !isClear(state.counts) ? await read() : state.counts;
    if (!state.isOpen) return databaseStep('Read how it ended').closedAnswer(offboardingId);
    // Without a date it may have been opened for this: then the database refuses, and cancels it again.
    const waits = state.lastDay.date !== null;
    // Parts known from different moments may add up to what was never true: what was seen at once is told.
    if (waits && !isClear(state.counts))
      return { outcome: 'still-open', counts: isClear(seen) ? state.counts : seen };
    return finalize(asking);
  }

  async function finalize({ actor, requestedAt, requestId }: UpdateRequest): Promise<CompleteAnswer> {
    state.isFinalizing = true;
    if (!isMomentary) showIfItLasts();
    try {
      const take = state.startRead();
      const { answer, picture } = await databaseStep('Complete the offboarding').complete({
        offboardingId,
        actor,
        requestedAt,
        requestId,
      });
      take(picture);
      await markRecovered('completion');
      return ownFirstTry(answer, actor) ?? answer;
    } catch (error) {
      if (failedForGood(error) && !isExpired(error)) await markFailed('completion');
      throw error;
    } finally {
      state.isFinalizing = false;
    }
  }

  /** What a completion and what follows it pass through in a moment nobody sees, and the engine would write down each. */
  async function showIfItLasts() {
    isMomentary = true;
    try {
      const isBackAsItWas = () => state.isOpen && !state.isFinalizing;
      await condition(isBackAsItWas, moment, { summary: 'Show the completion' });
    } catch (error) {
      if (!isCancellation(error)) throw error;
    } finally {
      isMomentary = false;
    }
  }

  async function tryAgain(asking: UpdateRequest): Promise<RetryAnswer> {
    const failed = state.failedSteps;
    state.retries++;
    if (failed.includes('completion')) return answer(() => tryToComplete(asking));
    const isOvercome = () => failed.every((name) => !state.failedSteps.includes(name));
    if (!(await condition(isOvercome, retryPatience, { summary: 'Try again' })))
      return { outcome: 'being-tried' };
    // What was overcome, or what a run that is gone has left on record.
    await recordFailedSteps();
    return { outcome: failed.length === 0 ? 'nothing-failed' : 'overcome' };
  }

  function hasGrownLong(): boolean {
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    return continueAsNewSuggested || historyLength >= (input.continueAfter ?? Number.POSITIVE_INFINITY);
  }

  async function goOnInNewRun() {
    await condition(allHandlersFinished);
    if (!state.isOpen) return;
    noticeboard.refresh();
    const { snapshot: _, ...same } = input;
    await continueAsNew<typeof offboarding>({ ...same, carried: state.toCarry(offboardingId) });
  }

  /** Beside the procedure, so that a step that takes long hides no change. */
  async function keepShowing() {
    try {
      for (;;) {
        noticeboard.refresh();
        await condition(() => !isMomentary && noticeboard.isStale());
      }
    } catch (error) {
      if (!isCancellation(error)) throw error;
    }
  }
}

/** A first try may have committed without being able to say so: then the second finds its own completion. */
const ownFirstTry = (answer: CompleteAnswer, actor: string): CompleteAnswer | null =>
  answer.outcome === 'already-completed' && answer.by === actor ? { ...answer, outcome: 'completed' } : null;
