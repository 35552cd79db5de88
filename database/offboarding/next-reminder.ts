import { type RawBuilder, sql } from 'kysely';
import type { DueReminder } from '../../domain/offboarding/snapshot.ts';

/** The reminder of an offboarding that is due next, as JSON; null when nothing more is to come. */
export const nextReminderOf = (offboardingId: RawBuilder<unknown>) => sql<DueReminder | null>`
  (select jsonb_build_object('id', id, 'kind', kind, 'dueAt', floor(extract(epoch from due_at) * 1000))
    from reminders where offboarding_id = ${offboardingId} and fired_at is null and skipped_at is null
    order by due_at, id limit 1)`;
