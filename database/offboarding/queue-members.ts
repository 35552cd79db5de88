import { type RawBuilder, sql } from 'kysely';
import { addDays, type CalendarDate } from '../../domain/dates.ts';
import { type LookAhead, lookAheads } from '../../domain/offboarding/queue.ts';
import {
  type QueueFilter,
  type QueueGroup,
  type QueueMark,
  weekDays,
} from '../../domain/offboarding/queue-groups.ts';
import { contains } from '../core/search.ts';

/**
 * The people of a view. Those who leave are a condition on `users u`, which an index returns in the order of their end
 * dates. The others are a SELECT of ids.
 */
interface Members {
  leaving: RawBuilder<unknown>;
  others: RawBuilder<unknown>;
}

const noOne = sql`select id from net where false`;

/** The common table expressions that the conditions of this file read. */
export const sources = ({ manager }: QueueFilter) => sql`
  net as materialized (${safetyNet}),
  managers as materialized (select id from users where ${contains([sql`name`], manager)})`;

/** The people of a group, or of the whole queue (null). */
export function membersOf(group: QueueGroup | null, lookAhead: LookAhead, today: CalendarDate): Members {
  const soon = leavingBy(addDays(today, lookAhead));
  const members: Record<QueueGroup | 'queue', Members> = {
    queue: { leaving: soon, others: sql`select id from net` },
    overdue: { leaving: leavingBy(addDays(today, -1)), others: noOne },
    today: { leaving: leavingBetween(today, today), others: noOne },
    week: { leaving: leavingBetween(today, addDays(today, weekDays)), others: noOne },
    ready: { leaving: sql`${soon} and ${nothingOpen}`, others: noOne },
    net: { leaving: sql`false`, others: sql`select id from net` },
    outside: { leaving: sql`false`, others: outside(lookAhead, today) },
  };
  return members[group ?? 'queue'];
}

/** The filter of the queue as a condition on `users u`; null when there is none. Another filter is one more line here. */
export function matches({ department, manager, owner, mark }: QueueFilter): RawBuilder<unknown> | null {
  const conditions = [
    department === '' ? null : sql`u.department = ${department}`,
    manager === '' ? null : sql`u.manager_id in (select id from managers)`,
    owner === null ? null : ownedBy(owner),
    mark === null ? null : marked[mark],
  ].filter((condition) => condition !== null);
  return conditions.length === 0 ? null : sql.join(conditions, sql` and `);
}

const ownedBy = (owner: number | 'none') =>
  owner === 'none'
    ? sql`exists (select from offboardings o where o.user_id = u.id and o.state = 'open' and o.owner_id is null)`
    : sql`u.id in (select user_id from offboardings where state = 'open' and owner_id = ${owner})`;

/** People with an open item that is on hold and matches the condition. */
const withHold = (condition: RawBuilder<unknown>) => sql`u.id in (
  select user_id from assignments where live and ${condition}
  union all select user_id from seats where live and ${condition}
  union all select user_id from requests where live and ${condition})`;

const workspaceToday = sql`(select (now() at time zone time_zone)::date from workspace)`;

const marked: Record<QueueMark, RawBuilder<unknown>> = {
  waiting: withHold(sql`waiting_until is not null`),
  over: withHold(sql`waiting_until <= ${workspaceToday}`),
  notes: sql`exists (select from leaver_notes n where n.user_id = u.id)`,
};

/** How many people of a group match a filter. Without one the count needs only indexes. */
export function countOf({ leaving, others }: Members, filter: RawBuilder<unknown> | null) {
  if (filter === null)
    return sql`((select count(*) from users u where ${leaving}) + (select count(*) from (${others}) o))`;
  return sql`(
    (select count(*) from users u where ${leaving} and ${filter})
    + (select count(*) from users u where u.id in (${others}) and ${filter}))`;
}

/** People who leave by this day, or left before it, and are not marked offboarded. Needs an index-only scan. */
const leavingBy = (lastDay: CalendarDate) => sql`u.end_date <= ${lastDay} and u.status <> 'offboarded'`;

const leavingBetween = (first: CalendarDate, last: CalendarDate) =>
  sql`u.end_date >= ${first} and ${leavingBy(last)}`;

const nothingOpen = sql`
  not exists (select from assignments a where a.user_id = u.id and a.live)
  and not exists (select from seats s where s.user_id = u.id and s.live)
  and not exists (select from requests r where r.user_id = u.id and r.live)`;

/**
 * People marked offboarded who still have hardware. The gate leaves a completed person none, so such a person comes back
 * only by a correction.
 */
const safetyNet = sql`
  select u.id from users u
  where u.status = 'offboarded' and u.offboarding_completed_at is null
    and exists (select from assignments a where a.user_id = u.id and a.live)
  union all
  select u.id from users u
  where u.id in (select user_id from recovery_corrections where closed_at is null)`;

/** Users with an open offboarding whom the queue does not show. Reads no other rows. */
const outside = (lookAhead: LookAhead, today: CalendarDate) => sql`
  select user_id from offboardings where state = 'open' and last_day > ${addDays(today, lookAhead)}
  union all
  select user_id from offboardings where state = 'open' and last_day is null
  union
  select o.user_id from users u join offboardings o on o.user_id = u.id and o.state = 'open'
  where u.status = 'offboarded' and u.offboarding_completed_at is null
  except
  select id from net`;

/** The widest look-ahead. Open offboardings outside it are in no view of the queue. */
export const widestLookAhead = lookAheads[lookAheads.length - 1]!;
