import { type RawBuilder, sql } from 'kysely';
import { NotFound } from '../../domain/failures.ts';
import { isOpenRequest, type RequestStatus } from '../../domain/offboarding/checklist.ts';
import type { Sort } from '../../domain/sorting.ts';
import type { UserStatus } from '../../domain/user-status.ts';
import type { EntityManager } from '../core/orm.ts';
import { type Page, pageOf } from '../core/pagination.ts';
import { contains } from '../core/search.ts';
import { type SortKey, sortedPage } from '../core/sorting.ts';
import { sqlOf } from '../core/tables.ts';

/** A request with the person who made it. */
export interface RequestRow {
  id: number;
  item: string;
  reason: string | null;
  status: RequestStatus;
  createdAt: Date;
  approvedAt: Date | null;
  resolvedAt: Date | null;
  note: string | null;
  userId: number;
  name: string;
  department: string | null;
  userStatus: UserStatus;
  /** A directory ended their access. */
  userIsInactive: boolean;
  endDate: string | null;
  /** Whether the person has an open offboarding, so that a new item must be recovered soon. */
  isLeaving: boolean;
  /** Whether the person's offboarding is completed. */
  isCompleted: boolean;
}

/** The filter of the list of requests. */
export type RequestFilter = 'open' | 'all' | RequestStatus;

const shownColumns = sql`
  r.id, r.item, r.reason, r.status, r.created_at as "createdAt", r.approved_at as "approvedAt",
  r.resolved_at as "resolvedAt", r.note, u.id as "userId", u.name, u.department, u.status as "userStatus", u.directory_inactive as "userIsInactive",
  u.end_date as "endDate",
  exists (select from offboardings o where o.user_id = u.id and o.state = 'open') as "isLeaving",
  not u.assignable as "isCompleted"`;

/** What the list can be sorted by. */
export const requestColumns = ['item', 'person', 'requested', 'status'] as const;
export type RequestColumn = (typeof requestColumns)[number];

/** The order of a list unless a column is chosen: the longest waiting first, or the newest first if some are closed. */
export const requestOrder = (filter: RequestFilter): Sort<RequestColumn> => ({
  column: 'requested',
  backwards: !isOpenOnly(filter),
});

/** One page of the requests. `search` is part of an item or of a person's name. */
export async function findRequests(
  em: EntityManager,
  filter: RequestFilter,
  page = 1,
  search = '',
  sort = requestOrder(filter),
): Promise<Page<RequestRow>> {
  const isFound = search === '' ? sql`true` : contains([sql`r.item`, sql`u.name`], search);
  const wanted = sql`${matches(filter)} and ${isFound}`;
  const from = sql`requests r join users u on u.id = r.user_id`;
  const { rows } = await sql<RequestRow & { total: number }>`
    with page as (${sortedPage({ from, id: sql`r.id`, wanted }, keys[sort.column], sort.backwards, page)})
    select total, ${shownColumns} from (select count(*) as total from ${from} where ${wanted}) counted
    left join page on true
    left join requests r on r.id = page.id
    left join users u on u.id = r.user_id
    order by page.place`.execute(sqlOf(em));
  return pageOf(rows, page);
}

const keys: Record<RequestColumn, SortKey> = {
  item: { value: sql`lower(r.item)` },
  person: { value: sql`lower(u.name)` },
  requested: { value: sql`r.created_at` },
  status: { value: sql`r.status` },
};

const isOpenOnly = (filter: RequestFilter) =>
  filter === 'open' || (filter !== 'all' && isOpenRequest(filter));

function matches(filter: RequestFilter): RawBuilder<unknown> {
  if (filter === 'all') return sql`true`;
  return filter === 'open' ? sql`r.status in ('pending', 'approved')` : sql`r.status = ${filter}`;
}

/** A request with the person who made it. Throws NotFound. */
export async function requestById(em: EntityManager, requestId: number): Promise<RequestRow> {
  const { rows } = await sql<RequestRow>`
    select ${shownColumns} from requests r join users u on u.id = r.user_id
    where r.id = ${requestId}`.execute(sqlOf(em));
  if (rows[0] === undefined) throw new NotFound('request');
  return rows[0];
}
