import { type RawBuilder, sql } from 'kysely';
import type { CalendarDate } from '../../domain/dates.ts';
import { addDays } from '../../domain/dates.ts';
import type { OpenCounts } from '../../domain/offboarding/checklist.ts';
import { type LookAhead, lookAheads } from '../../domain/offboarding/queue.ts';
import type { UserStatus } from '../../domain/user-status.ts';
import { openCounts } from '../core/checklist-sql.ts';
import type { EntityManager } from '../core/orm.ts';
import { offsetOf, pageSize } from '../core/pagination.ts';
import { sqlOf } from '../core/tables.ts';

/** One row of the queue: who, when, under whom, and how much is still open. */
export interface QueueRow extends OpenCounts {
  id: number;
  name: string;
  jobTitle: string | null;
  department: string | null;
  endDate: CalendarDate | null;
  status: UserStatus;
  managerId: number | null;
  manager: string | null;
}

/** A page of people, and how many there are in all. */
export interface Queue {
  rows: QueueRow[];
  total: number;
  /** Open offboardings that neither this list nor any look-ahead shows. */
  elsewhere: number;
}

const widestLookAhead = Math.max(...lookAheads);

/** Which people the queue shows: those within a look-ahead, or the open offboardings that no look-ahead shows. */
export type QueueView = { lookAhead: LookAhead } | 'other';

/**
 * A page (from 1) of the queue, by one statement: who leaves soon, and the safety net of people marked
 * offboarded with hardware still out; or, as the `other` view, everybody with an open offboarding whom no
 * look-ahead would bring up: offboarded but not completed, without an end date, or leaving later than any.
 * Counts are taken for the rows of the page only.
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
      ${openCounts(sql`p.id`)}
    from totals t
    left join page on true
    left join users p on p.id = page.id
    left join users m on m.id = p.manager_id
    order by p.end_date nulls last, p.id`.execute(sqlOf(em));
  const shown = rows.filter((row) => row.id !== null);
  return { rows: shown, total: rows[0]!.total, elsewhere: rows[0]!.elsewhere };
}

/** What a view consists of: its people, at least as many as are looked at, how many there are, and how many are elsewhere. */
interface View {
  members: RawBuilder<unknown>;
  total: RawBuilder<unknown>;
  elsewhere: RawBuilder<unknown>;
}

/** Those who leave soon come out of their index in order, so that no more are read than up to the page's end. */
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
    elsewhere: sql`select count(*) from (${outOfSight(today)} except select id from net) o`,
  };
};

/** Everybody with an open offboarding whom no look-ahead brings up. */
const others = (today: CalendarDate): View => ({
  members: sql`select u.id, u.end_date from (${outOfSight(today)}) o join users u on u.id = o.user_id`,
  total: sql`select count(*) from members`,
  elsewhere: sql`select 0`,
});

/** They leave by this day, or should have left, and still have an account in use. Read from its index alone. */
const leavingBy = (lastDay: CalendarDate) => sql`end_date <= ${lastDay} and status <> 'offboarded'`;

/** Marked offboarded while hardware is still out. Only those who did not pass the gate can have anything open. */
const safetyNet = sql`
  select u.id, u.end_date from users u
  where u.status = 'offboarded' and u.offboarding_completed_at is null
    and exists (select from assignments a where a.user_id = u.id and a.live)`;

/** Those with an open offboarding whom no look-ahead brings up, however wide: found without reading any other. */
const outOfSight = (today: CalendarDate) => sql`
  select user_id from offboardings where state = 'open' and last_day > ${addDays(today, widestLookAhead)}
  union all
  select user_id from offboardings where state = 'open' and last_day is null
  union
  select o.user_id from users u join offboardings o on o.user_id = u.id and o.state = 'open'
  where u.status = 'offboarded' and u.offboarding_completed_at is null`;
