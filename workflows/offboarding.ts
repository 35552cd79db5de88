import { allHandlersFinished, condition, setHandler } from '@temporalio/workflow';
import {
  complete,
  departmentChanged,
  hardwareChanged,
  lastDayChanged,
  requestsChanged,
  retry,
  revokeSeat,
  seatsChanged,
  type UpdateRequest,
} from '../engine/contract.ts';
import { readChecklist } from './offboarding/checklist.ts';
import { completeIfClear, startWebhooksAndMails } from './offboarding/completion.ts';
import { continueAsNewRun, historyLimit, type Run } from './offboarding/continue-as-new.ts';
import { idempotentUpdates } from './offboarding/idempotent-updates.ts';
import { remindWhenDue } from './offboarding/reminders.ts';
import { RetryableSteps } from './offboarding/retryable-steps.ts';
import { revoke } from './offboarding/revocation.ts';
import { OffboardingState } from './offboarding/state.ts';
import { completeOptions, retryOptions, revokeSeatOptions } from './offboarding/update-validators.ts';
import { Visibility } from './offboarding/visibility.ts';

/**
 * The workflow of one leaver: it tracks what is still open, reminds people, and lets an admin complete the offboarding
 * once nothing is open. The database decides every completion again under its own lock.
 */
export async function offboarding(input: Run): Promise<void> {
  const leaver = new OffboardingState(input);
  const steps = new RetryableSteps(leaver);
  const visibility = new Visibility(leaver);
  const once = idempotentUpdates(leaver);
  const isHistoryLong = historyLimit(input);

  // Signals carry snapshots of what changed elsewhere.
  setHandler(hardwareChanged, (snapshot) => leaver.apply('hardware', snapshot));
  setHandler(seatsChanged, (snapshot) => leaver.apply('seats', snapshot));
  setHandler(requestsChanged, (snapshot) => leaver.apply('requests', snapshot));
  setHandler(lastDayChanged, (snapshot) => leaver.apply('lastDay', snapshot));
  setHandler(departmentChanged, (snapshot) => leaver.apply('department', snapshot));

  // Updates, because an admin waits for the answer.
  const completeOnce = once((request: UpdateRequest) => completeIfClear(leaver, steps, request));
  setHandler(
    revokeSeat,
    once((request, updateId) => revoke(leaver, request, updateId)),
    revokeSeatOptions,
  );
  setHandler(complete, completeOnce, completeOptions);
  setHandler(retry, (request) => steps.retry(request, completeOnce), retryOptions);

  visibility.publishChanges();
  if (input.snapshot === undefined) await steps.runWhileOpen('reading', () => readChecklist(leaver));
  const wasOpen = leaver.isOpen;
  while (leaver.isOpen) {
    if (leaver.needsRefresh) await steps.runWhileOpen('reading', () => readChecklist(leaver));
    await steps.runWhileOpen('reminders', () => remindWhenDue(leaver, isHistoryLong));
    if (isHistoryLong()) await continueAsNewRun(input, leaver, visibility);
  }
  await steps.clearFailures();
  if (wasOpen && leaver.phase === 'completed')
    await steps.run('sending', () => startWebhooksAndMails(leaver.offboardingId));
  await condition(allHandlersFinished);
  visibility.publish();
}
