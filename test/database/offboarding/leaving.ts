import type { Database } from '../../../database/core/orm.ts';
import { Offboarding } from '../../../database/entities/index.ts';
import { setEndDate } from '../../../database/offboarding/offboardings.ts';
import { fireReminder, nextReminder } from '../../../database/offboarding/reminders.ts';
import { updateUser } from '../../../database/people/users.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { reminderLines, reminderStates } from '../../../testing/cast/reminders.ts';

export const hr = 'token:hr';
export const now = new Date('2026-11-24T12:00:00Z');

/** Operations on Emil, who leaves, and on his reminders. */
export function emilIn(database: Database) {
  const { em } = database;
  return {
    /** Makes a cast in which Emil leaves on this day. */
    async leaving(date = '2026-12-24'): Promise<Cast> {
      const cast = await makeCast(database);
      await setEndDate(em, hr, cast.emil.id, date, now);
      return cast;
    },

    update: ({ emil }: Cast, changes: Parameters<typeof updateUser>[3], at = now) =>
      updateUser(em, hr, emil.id, changes, {}, at),

    /** Adds an open request of Emil's. */
    async give({ emil }: Cast) {
      await em.fork().execute(`insert into requests (user_id, item) values (${emil.id}, 'Mouse')`);
    },

    /** Fires each reminder at its due time until `until`, like a worker without downtime. */
    async passTime({ emil }: Cast, until: string) {
      const { id } = await em.fork().findOneOrFail(Offboarding, { userId: emil.id, state: 'open' });
      for (;;) {
        const next = await nextReminder(em.fork(), id);
        if (next === null || next.dueAt > Date.parse(until)) return;
        await fireReminder(em, next.id, new Date(next.dueAt));
      }
    },

    states: ({ emil }: Cast) => reminderStates(database, emil.id),
    lines: ({ emil }: Cast) => reminderLines(database, emil.id),
  };
}
