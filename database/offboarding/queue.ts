import { type RawBuilder, sql } from 'kysely';
import { addDays, type CalendarDate } from '../../domain/dates.ts';
import type { OpenCounts } from '../../domain/offboarding/checklist.ts';
import { type LookAhead, lookAheads } from '../../domain/offboarding/queue.ts';
import type { UserStatus } from '../../domain/user-status.ts';
import { shownCounts } from '../core/checklist-sql.ts';
import type { EntityManager } from '../core/orm.ts';
import { offsetOf, pageSize } from '../core/pagination.ts';
import { sqlOf } from '../core/tables.ts';

/** One person in the queue, with the counts of their open items. */
interface QueueRow extends OpenCounts {
  id: number;
  name: string;
  jobTitle: string | null;
  department: string | null;
  endDate: CalendarDate | null;
  status: UserStatus;
  managerId: number | null;
  manager: string | null;
}

/** One page of the queue. `total` counts the people on all pages. */
export interface Queue {
  rows: QueueRow[];
  total: number;
  /** How many open offboardings neither this list nor any look-ahead shows. */
  elsewhere: number;
}

const widestLookAhead = Math.max(...lookAheads);

/** The people within a look-ahead, or (`other`) the open offboardings that no look-ahead shows. */
export type QueueView = { lookAhead: LookAhead } | 'other';

/**
 * One page (from 1) of the queue, read by one statement. A look-ahead lists people who leave soon, and the safety net:
 * people marked offboarded who still have hardware. The `other` view lists open offboardings that no look-ahead shows:
 * offboarded but not completed, without an end date, or leaving later than the widest look-ahead.
 * Items are counted only for the rows of the page.
 */
export async function queueOf(
  em: EntityManager,
  view: QueueView,
  today: CalendarDate,
  page: number,
): Promise<Queue> {
  const last = page * pageSize;
  const { members, total, elsewhere } =
    view === 'other' ? others(today) : needingAttention(view, today, last);
  const { rows } = await sql<QueueRow & { total: number; elsewhere: number }>`
    with net as materialized (${safetyNet}),
    members as materialized (${members}),
    page as materialized (
      select id from members order by end_date nulls last, id
      limit ${pageSize} offset ${offsetOf(page)}
    ),
    totals as (select (${total}) as total, (${elsewhere}) as elsewhere)
    select
      t.total, t.elsewhere,
      p.id, p.name, p.job_title as "jobTitle", p.department, p.end_date as "endDate", p.status,
      m.id as "managerId", m.name as manager,
      ${shownCounts(sql`p.id`)}
    from totals t
    left join page on true
    left join users p on p.id = page.id
    left join users m on m.id = p.manager_id
    order by p.end_date nulls last, p.id`.execute(sqlOf(em));
  const shown = rows.filter((row) => row.id !== null);
  return { rows: shown, total: rows[0]!.total, elsewhere: rows[0]!.elsewhere };
}

/** The SQL of a view. `members` holds at least the people up to the end of the page. */
interface View {
  members: RawBuilder<unknown>;
  total: RawBuilder<unknown>;
  elsewhere: RawBuilder<unknown>;
}

/** An index returns the people who leave soon in order, so rows after the page are not read. */
const needingAttention = (
  { lookAhead }: { lookAhead: LookAhead },
  today: CalendarDate,
  last: number,
): View => {
  const soon = leavingBy(addDays(today, lookAhead));
  return {
    members: sql`(select id, end_date from users where ${soon} order by end_date, id limit ${last})
      union all select id, end_date from net`,
    total: sql`select (select count(*) from users where ${soon}) + (select count(*) from net)`,
    elsewhere: sql`select count(*) from (${outsideLookAheads(today)} except select id from net) o`,
  };
};

const others = (today: CalendarDate): View => ({
  members: sql`select u.id, u.end_date from (${outsideLookAheads(today)}) o join users u on u.id = o.user_id`,
  total: sql`select count(*) from members`,
  elsewhere: sql`select 0`,
});

/** People who leave by this day, or left before it, and are not marked offboarded. Needs an index-only scan. */
const leavingBy = (lastDay: CalendarDate) => sql`end_date <= ${lastDay} and status <> 'offboarded'`;

/**
 * People marked offboarded who still have hardware. The gate leaves a completed person none, so such a person comes back
 * only by a correction.
 */
const safetyNet = sql`
  select u.id, u.end_date from users u
  where u.status = 'offboarded' and u.offboarding_completed_at is null
    and exists (select from assignments a where a.user_id = u.id and a.live)
  union all
  select u.id, u.end_date from users u
  where u.id in (select user_id from recovery_corrections where closed_at is null)`;

/** Users with an open offboarding that no look-ahead shows. Reads no other rows. */
const outsideLookAheads = (today: CalendarDate) => sql`
  select user_id from offboardings where state = 'open' and last_day > ${addDays(today, widestLookAhead)}
  union all
  select user_id from offboardings where state = 'open' and last_day is null
  union
  select o.user_id from users u join offboardings o on o.user_id = u.id and o.state = 'open'
  where u.status = 'offboarded' and u.offboarding_completed_at is null`;
