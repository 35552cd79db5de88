import { Context } from '@temporalio/activity';
import { fireReminder, nextReminder } from '../database/offboarding/reminders.ts';
import type { Dependencies } from './dependencies.ts';

/** The stored due moments of an offboarding; moments cross as epoch milliseconds. */
export function reminderActivities({ database }: Dependencies) {
  const next = (offboardingId: number) => nextReminder(database.em.fork(), offboardingId);

  return {
    /** The reminder that is due next, or null. */
    nextReminder: next,
    /**
     * Fires a reminder, once, and says which one is next. The engine's clock has said that it is due: by one that is
     * behind it would be asked for again and again until that says so too.
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
