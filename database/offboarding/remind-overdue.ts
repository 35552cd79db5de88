import { sql } from 'kysely';
import { type CalendarDate, daysBetween, todayIn } from '../../domain/dates.ts';
import { stillOpen } from '../../domain/offboarding/checklist.ts';
import type { QueueFilter, QueueQuery } from '../../domain/offboarding/queue-groups.ts';
import type { Change } from '../core/change-types.ts';
import { openCountsOf, shownTotal } from '../core/checklist-sql.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { matches, membersOf, sources } from './queue-members.ts';
import { readScheduleSettings } from './reminder-schedule.ts';
import { notifyStillOpen } from './reminders.ts';

/** A person whose last day is over while something is open. */
interface OverdueLeaver {
  id: number;
  name: string;
  endDate: CalendarDate;
}

/** Those who can be reminded today, and how many more were reminded already. */
export interface OverdueLeavers {
  leavers: OverdueLeaver[];
  total: number;
  remindedToday: number;
  /** The name of the owner to whom the filter is limited, or null. */
  owner: string | null;
}

/**
 * The overdue people with something open whom the queue shows for this group and filter, longest overdue first, at most
 * `limit` of them.
 */
export async function overdueLeavers(
  em: EntityManager,
  query: QueueFilter & Pick<QueueQuery, 'group' | 'lookAhead'>,
  today: CalendarDate,
  limit: number,
): Promise<OverdueLeavers> {
  const { leaving: shown } = membersOf(query.group, query.lookAhead, today);
  const { leaving: late } = membersOf('overdue', query.lookAhead, today);
  const { rows } = await sql<OverdueLeavers>`
    with ${sources(query)}, overdue as (
      select u.id, u.name, u.end_date, ${isReminded(sql`o.id`, today)} as reminded
      from users u join offboardings o on o.user_id = u.id and o.state = 'open'
      where ${late} and ${shown} and ${matches(query) ?? sql`true`} and ${shownTotal(sql`u.id`)} > 0
    ), waiting as (
      select id, name, end_date from overdue where not reminded order by end_date, id limit ${limit}
    )
    select (select count(*) from overdue where not reminded) as total,
      (select name from users where id = ${typeof query.owner === 'number' ? query.owner : null}::int) as owner,
      (select count(*) from overdue where reminded) as "remindedToday",
      (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name, 'endDate', end_date)
        order by end_date, id), '[]') from waiting) as leavers`.execute(sqlOf(em));
  return rows[0]!;
}

/** Whether an offboarding had a reminder on this day of the workspace, by a person or by itself. */
const isReminded = (offboardingId: unknown, day: CalendarDate) => sql<boolean>`(
  exists (select from reminders_by_hand where offboarding_id = ${offboardingId} and day = ${day})
  or exists (select from reminders where offboarding_id = ${offboardingId}
    and (fired_at at time zone (select time_zone from workspace))::date = ${day}::date))`;

/** What came of a reminder. */
export type ReminderAnswer = 'reminded' | 'already-reminded' | 'nothing-open' | 'not-overdue';

/**
 * Reminds everyone who looks after an overdue leaver, at most once a day of the workspace, however many ask. Notifies like
 * the reminders that go out by themselves.
 */
export async function remindOverdue(change: Change): Promise<ReminderAnswer> {
  const { em, offboarding, user, actor } = change;
  const today = todayIn((await readScheduleSettings(em)).timeZone, new Date());
  if (offboarding === null || !user.endDate || user.endDate >= today) return 'not-overdue';
  const counts = await openCountsOf(em, user.id);
  if (stillOpen(counts) === 0) return 'nothing-open';
  const { numAffectedRows } = await sql`
    insert into reminders_by_hand (offboarding_id, day, sent_by)
    select ${offboarding.id}::int, ${today}::date, ${actor}::text where not ${isReminded(offboarding.id, today)}
    on conflict do nothing`.execute(sqlOf(em));
  if (numAffectedRows === 0n) return 'already-reminded';
  const days = daysBetween(user.endDate, today);
  const reminder = { kind: 'overdue', days, lastDay: user.endDate, offboardingId: offboarding.id } as const;
  await notifyStillOpen(change, reminder, counts);
  change.record('offboarding.reminded', { offboardingId: offboarding.id, days });
  return 'reminded';
}
