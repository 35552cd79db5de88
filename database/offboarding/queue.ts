import { type RawBuilder, sql } from 'kysely';
import type { CalendarDate } from '../../domain/dates.ts';
import type { OpenCounts } from '../../domain/offboarding/checklist.ts';
import type { QueueColumn, QueueQuery } from '../../domain/offboarding/queue-groups.ts';
import type { UserStatus } from '../../domain/user-status.ts';
import { isInactive } from '../access/has-access.ts';
import { shownCounts, shownTotal } from '../core/checklist-sql.ts';
import type { EntityManager } from '../core/orm.ts';
import { offsetOf, pageSize } from '../core/pagination.ts';
import { direction } from '../core/sorting.ts';
import { sqlOf } from '../core/tables.ts';
import { type QueueLine, queueLine, waitingOfRow } from './handling/queue-line.ts';
import { matches, membersOf, sources } from './queue-members.ts';

/** One person in the queue, with the counts of their open items. */
export interface QueueRow extends OpenCounts, QueueLine {
  id: number;
  name: string;
  jobTitle: string | null;
  department: string | null;
  endDate: CalendarDate | null;
  status: UserStatus;
  /** A directory ended their access. */
  isInactive: boolean;
  managerId: number | null;
  manager: string | null;
}

/**
 * One page (from 1) of the queue, read by one statement. An index returns the people who leave in the order of their end
 * dates, so rows after the page are not read. Items are counted only for the rows of the page, unless their number is
 * the order.
 */
export async function queueOf(
  em: EntityManager,
  query: QueueQuery,
  today: CalendarDate,
  page: number,
): Promise<QueueRow[]> {
  const { leaving, others } = membersOf(query.group, query.lookAhead, today);
  const filter = matches(query) ?? sql`true`;
  const value = values[query.sort.column];
  const way = direction(query.sort.backwards);
  const { rows } = await sql<QueueRow>`
    with ${sources(query)},
    members as (
      (select u.id, ${value} as value from users u where ${leaving} and ${filter}
       order by ${value} ${way}, u.id ${way} limit ${page * pageSize})
      union all
      select u.id, ${value} from users u where u.id in (${others}) and ${filter}
    ),
    page as (
      select id, row_number() over (order by value ${way} nulls last, id ${way}) as place from members
      order by value ${way} nulls last, id ${way} limit ${pageSize} offset ${offsetOf(page)}
    )
    select
      p.id, p.name, p.job_title as "jobTitle", p.department, p.end_date as "endDate", p.status,
      ${isInactive('p')} as "isInactive",
      m.id as "managerId", m.name as manager,
      ${shownCounts(sql`p.id`)}, ${queueLine}
    from page
    join users p on p.id = page.id
    left join users m on m.id = p.manager_id
    ${waitingOfRow}
    order by page.place`.execute(sqlOf(em));
  return rows;
}

/** What a person (`u`) is sorted by. */
const values: Record<QueueColumn, RawBuilder<unknown>> = {
  'end-date': sql`u.end_date`,
  name: sql`lower(u.name)`,
  open: shownTotal(sql`u.id`),
};
