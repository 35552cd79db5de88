import { Context } from '@temporalio/activity';
import { fireReminder, nextReminder } from '../database/offboarding/reminders.ts';
import type { Dependencies } from './dependencies.ts';

/** The reminders of an offboarding. Times are epoch milliseconds. */
export function reminderActivities({ database }: Dependencies) {
  const next = (offboardingId: number) => nextReminder(database.em.fork(), offboardingId);

  return {
    /** The reminder that is due next, or null. */
    nextReminder: next,
    /**
     * Fires a reminder once and returns the next one. It uses Temporal's time if that is later than ours, because a
     * slow local clock would make the workflow ask again in a loop.
     */
    async fireReminder(offboardingId: number, reminderId: number) {
      const { scheduledTimestampMs } = Context.current().info;
      await fireReminder(
        database.em.fork(),
        reminderId,
        new Date(Math.max(Date.now(), scheduledTimestampMs)),
      );
      return next(offboardingId);
    },
  };
}
