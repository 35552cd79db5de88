import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { InvalidInput, Refusal } from '../../domain/failures.ts';
import {
  isOpenRequest,
  type RequestOutcome,
  type RequestStatus,
} from '../../domain/offboarding/checklist.ts';
import { refuseUnlessMayReceiveItems } from '../../domain/user-status.ts';
import { changeAbout } from '../core/change.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { Asset, Request } from '../entities/index.ts';
import { handOut } from './assignments.ts';
import { requestById } from './request-list.ts';

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
  how: Resolution,
): Promise<RequestAnswer> => changeRequest(em, actor, requestId, resolution(how));

/** Like `resolveRequest`, within a larger change about the person. */
export const resolveWithin = (change: Change, requestId: number, how: Resolution): Promise<RequestAnswer> =>
  changeRequestWithin(change, requestId, resolution(how));

const resolution =
  ({ outcome, note, assetId }: Resolution): RequestWork =>
  async (change, request) => {
    if (!isOpenRequest(request.status)) return false;
    if (assetId !== null && outcome !== 'fulfilled') {
      throw new InvalidInput({ assetId: 'Only a fulfilled request can assign an asset.' });
    }
    const assignmentId = assetId === null ? null : await handOut(change, assetId);
    await close(change, request, { outcome, note, assetId, assignmentId }, new Date());
    return true;
  };

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
  if (request === null)
    throw new InvalidInput({ requestId: `Expected one of ${user.name}'s open requests.` });
  if (isOpenRequest(request.status)) return request;
  const { item, status } = request;
  throw new Refusal('request-closed', `The request for ${item} is already ${status}.`);
}

/** Returns whether it changed the request. */
type RequestWork = (change: Change, request: Request) => Promise<boolean> | boolean;

async function changeRequest(
  em: EntityManager,
  actor: Actor,
  requestId: number,
  work: RequestWork,
): Promise<RequestAnswer> {
  const { userId } = await requestById(em, requestId);
  return changeAbout(em, userId, actor, (change) => changeRequestWithin(change, requestId, work));
}

async function changeRequestWithin(
  change: Change,
  requestId: number,
  work: RequestWork,
): Promise<RequestAnswer> {
  const request = await change.em.findOneOrFail(Request, { id: requestId });
  const isDone = await work(change, request);
  if (isDone) change.changed('requests');
  const { status, item } = request;
  return { outcome: isDone ? 'done' : 'already-done', status, userId: change.user.id, item };
}
