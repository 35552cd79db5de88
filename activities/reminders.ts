import { fireReminder, nextReminder } from '../database/reminders.ts';
import type { World } from './world.ts';

/** The stored due moments of an offboarding; moments cross as epoch milliseconds. */
export function reminderActivities({ database }: World) {
  const next = (offboardingId: number) => nextReminder(database.em.fork(), offboardingId);

  return {
    /** The reminder that is due next, or null. */
    nextReminder: next,
    /** Fires a reminder, once, and says which one is next. */
    async fireReminder(offboardingId: number, reminderId: number) {
      await fireReminder(database.em.fork(), reminderId);
      return next(offboardingId);
    },
  };
}
