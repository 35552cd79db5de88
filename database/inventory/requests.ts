import { type RawBuilder, sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { InvalidInput, NotFound, Refusal } from '../../domain/failures.ts';
import {
  isOpenRequest,
  type RequestOutcome,
  type RequestStatus,
} from '../../domain/offboarding/checklist.ts';
import type { Sort } from '../../domain/sorting.ts';
import { refuseUnlessMayReceiveItems, type UserStatus } from '../../domain/user-status.ts';
import { changeAbout } from '../core/change.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { type Page, pageOf } from '../core/pagination.ts';
import { contains } from '../core/search.ts';
import { type SortKey, sortedPage } from '../core/sorting.ts';
import { sqlOf } from '../core/tables.ts';
import { Asset, Request } from '../entities/index.ts';
import { handOut } from './assignments.ts';

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
  r.resolved_at as "resolvedAt", r.note, u.id as "userId", u.name, u.department, u.status as "userStatus",
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

/** Creates a request for a person and returns its id. Throws Refusal when the person may not receive items. */
export const createRequest = (
  em: EntityManager,
  actor: Actor,
  userId: number,
  request: NewRequest,
): Promise<number> =>
  changeAbout(em, userId, actor, async (change) => (await addRequest(change, request)).id);

/** The fields of a new request. */
export interface NewRequest {
  item: string;
  reason: string | null;
}

/** Like `createRequest`, within a larger change about the person. */
export async function addRequest(change: Change, { item, reason }: NewRequest): Promise<Request> {
  const { em, user } = change;
  refuseUnlessMayReceiveItems(user);
  const request = em.create(Request, { userId: user.id, item, reason });
  await em.flush();
  change.record('request.created', { requestId: request.id, item });
  change.changed('requests');
  return request;
}

/** The result of approving or resolving a request; `status` is the current one. */
export interface RequestAnswer {
  outcome: 'done' | 'already-done';
  status: RequestStatus;
  userId: number;
  item: string;
}

/** Approves a pending request. Any other request stays unchanged (`already-done`). Throws NotFound. */
export const approveRequest = (
  em: EntityManager,
  actor: Actor,
  requestId: number,
  now = new Date(),
): Promise<RequestAnswer> =>
  changeRequest(em, actor, requestId, (change, request) => {
    if (request.status !== 'pending') return false;
    change.em.assign(request, { status: 'approved', approvedAt: now });
    change.record('request.approved', { requestId, item: request.item });
    return true;
  });

/** How a request ends. `assetId` also assigns that asset to the person. */
export interface Resolution {
  outcome: RequestOutcome;
  note: string | null;
  assetId: number | null;
}

/**
 * Closes an open request. A closed one stays unchanged (`already-done`). Throws NotFound. With an asset it throws the
 * errors of `assignAsset`, and the request then stays open.
 */
export const resolveRequest = (
  em: EntityManager,
  actor: Actor,
  requestId: number,
  { outcome, note, assetId }: Resolution,
  now = new Date(),
): Promise<RequestAnswer> =>
  changeRequest(em, actor, requestId, async (change, request) => {
    if (!isOpenRequest(request.status)) return false;
    if (assetId !== null && outcome !== 'fulfilled') {
      throw new InvalidInput({ assetId: 'Only a fulfilled request can assign an asset.' });
    }
    const assignmentId = assetId === null ? null : await handOut(change, assetId);
    await close(change, request, { outcome, note, assetId, assignmentId }, now);
    return true;
  });

/** A resolution, with the assignment of its asset. */
interface Closing extends Resolution {
  assignmentId: number | null;
}

async function close({ em, record }: Change, request: Request, how: Closing, now: Date): Promise<void> {
  const { outcome, note, assetId, assignmentId } = how;
  em.assign(request, { status: outcome, resolvedAt: now, note });
  const asset = assetId === null ? null : await em.findOneOrFail(Asset, { id: assetId });
  record('request.resolved', {
    requestId: request.id,
    item: request.item,
    outcome,
    note,
    ...(asset !== null && { assetId: asset.id, tag: asset.tag, assignmentId }),
  });
}

/** An open request, beside the person who made it. */
interface OpenRequest {
  id: number;
  item: string;
  status: RequestStatus;
  createdAt: Date;
}

/** The open requests of these people, oldest first, by the person's id. */
export async function openRequestsOf(
  em: EntityManager,
  userIds: readonly number[],
): Promise<Map<number, OpenRequest[]>> {
  const { rows } = await sql<OpenRequest & { userId: number }>`
    select id, item, status, created_at as "createdAt", user_id as "userId" from requests
    where user_id = any(${userIds}::int[]) and live order by id`.execute(sqlOf(em));
  return Map.groupBy(rows, ({ userId }) => userId);
}

/**
 * Assigns an asset like `assignAsset`, and fulfils one of the person's open requests in the same transaction. Without a
 * request it only assigns. Throws InvalidInput for a request of another person, and Refusal for a closed one.
 */
export const assignAssetFor = (
  em: EntityManager,
  actor: Actor,
  assetId: number,
  userId: number,
  requestId: number | null,
): Promise<number> => changeAbout(em, userId, actor, (change) => handOutFor(change, assetId, requestId));

/** Like `assignAssetFor`, within a larger change about the person. */
export async function handOutFor(change: Change, assetId: number, requestId: number | null): Promise<number> {
  const request = requestId === null ? null : await openRequestIn(change, requestId);
  const assignmentId = await handOut(change, assetId);
  if (request !== null) {
    await close(change, request, { outcome: 'fulfilled', note: null, assetId, assignmentId }, new Date());
    change.changed('requests');
  }
  return assignmentId;
}

async function openRequestIn({ em, user }: Change, requestId: number): Promise<Request> {
  const request = await em.findOne(Request, { id: requestId, userId: user.id });
  if (request === null) throw new InvalidInput({ requestId: `Expected an open request of ${user.name}.` });
  if (isOpenRequest(request.status)) return request;
  const { item, status } = request;
  throw new Refusal('request-closed', `The request for ${item} is already ${status}.`);
}

/** `work` returns whether it changed the request. */
async function changeRequest(
  em: EntityManager,
  actor: Actor,
  requestId: number,
  work: (change: Change, request: Request) => Promise<boolean> | boolean,
): Promise<RequestAnswer> {
  const { userId } = await requestById(em, requestId);
  return changeAbout(em, userId, actor, async (change) => {
    const request = await change.em.findOneOrFail(Request, { id: requestId });
    const isDone = await work(change, request);
    if (isDone) change.changed('requests');
    return { outcome: isDone ? 'done' : 'already-done', status: request.status, userId, item: request.item };
  });
}
