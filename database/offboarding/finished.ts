import { sql } from 'kysely';
import { addDays, type CalendarDate, startOfDay } from '../../domain/dates.ts';
import type { Sort } from '../../domain/sorting.ts';
import { actorIdIn } from '../core/actor-sql.ts';
import type { EntityManager } from '../core/orm.ts';
import { type Page, pageOf } from '../core/pagination.ts';
import { contains } from '../core/search.ts';
import { type SortKey, sortedPage } from '../core/sorting.ts';
import { sqlOf } from '../core/tables.ts';

/** A completed offboarding in the list. */
export interface FinishedRow {
  id: number;
  userId: number;
  name: string;
  jobTitle: string | null;
  department: string | null;
  endDate: CalendarDate;
  completedAt: Date;
  /** The actor, and their name if it is a person. */
  completedBy: string;
  completedByName: string | null;
}

/** What the list of completed offboardings is sorted by. */
export const finishedColumns = ['name', 'end-date', 'completed'] as const;
export type FinishedColumn = (typeof finishedColumns)[number];

/** Which completed offboardings are listed. An empty search and null match all. */
export interface FinishedFilter {
  /** Part of a name, an email address or an external id. */
  search: string;
  /** The first and the last day of the period, in `zone`. */
  from: CalendarDate | null;
  to: CalendarDate | null;
  zone: string;
}

/** One page of the completed offboardings, by one statement. */
export async function finishedOffboardings(
  em: EntityManager,
  filter: FinishedFilter,
  sort: Sort<FinishedColumn>,
  page: number,
): Promise<Page<FinishedRow>> {
  const from = sql`offboardings o join users u on u.id = o.user_id`;
  const wanted = matching(filter);
  const { rows } = await sql<FinishedRow & { total: number }>`
    with page as (${sortedPage({ from, id: sql`o.id`, wanted }, keys[sort.column], sort.backwards, page)})
    select total, o.id, u.id as "userId", u.name, u.job_title as "jobTitle", u.department, u.end_date as "endDate",
      o.closed_at as "completedAt", o.completed_by as "completedBy", completer.name as "completedByName"
    from (select count(*) as total from ${from} where ${wanted}) counted
    left join page on true
    left join offboardings o on o.id = page.id
    left join users u on u.id = o.user_id
    left join users completer on completer.id = ${actorIdIn(sql`o.completed_by`)}
    order by page.place`.execute(sqlOf(em));
  return pageOf(rows, page);
}

function matching({ search, from, to, zone }: FinishedFilter) {
  const found = search === '' ? sql`true` : contains([sql`u.name`, sql`u.email`, sql`u.external_id`], search);
  const since = from === null ? sql`true` : sql`o.closed_at >= ${startOfDay(from, zone)}`;
  const until = to === null ? sql`true` : sql`o.closed_at < ${startOfDay(addDays(to, 1), zone)}`;
  return sql`o.state = 'completed' and ${since} and ${until} and ${found}`;
}

const keys: Record<FinishedColumn, SortKey> = {
  name: { value: sql`lower(u.name)` },
  'end-date': { value: sql`u.end_date` },
  completed: { value: sql`o.closed_at` },
};
