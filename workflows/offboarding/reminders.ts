import { condition } from '@temporalio/workflow';
import { databaseStep } from '../activity-proxies.ts';
import type { OffboardingState } from './state.ts';

/** Waits for the next stored reminder and fires it when it is due. Returns early when anything changes the wait. */
export async function remindWhenDue(leaver: OffboardingState, isHistoryLong: () => boolean): Promise<void> {
  const { offboardingId } = leaver;
  if (leaver.needsNextReminder) {
    leaver.needsNextReminder = false;
    const apply = leaver.startReminderRead();
    apply(await databaseStep('Read the next reminder').nextReminder(offboardingId));
  }
  const { reminder } = leaver;
  const isReplaced = () => leaver.reminder?.id !== reminder?.id || leaver.reminder?.dueAt !== reminder?.dueAt;
  const isWaitOver = () =>
    !leaver.isOpen || leaver.needsNextReminder || leaver.needsRefresh || isReplaced() || isHistoryLong();
  if (reminder === null) return condition(isWaitOver);
  const leftMs = reminder.dueAt - Date.now();
  if (leftMs > 0 && (await condition(isWaitOver, leftMs, { summary: `Reminder ${reminder.kind}` }))) return;
  const apply = leaver.startReminderRead();
  apply(await databaseStep(`Send reminder: ${reminder.kind}`).fireReminder(offboardingId, reminder.id));
}
