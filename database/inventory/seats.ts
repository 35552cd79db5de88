import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { NotFound, Refusal } from '../../domain/failures.ts';
import type { RevokeSeatAnswer } from '../../domain/offboarding/completion.ts';
import { refuseUnlessMayReceiveItems, type UserStatus } from '../../domain/user-status.ts';
import { changeAbout } from '../core/change.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { offsetOf, type Page, pageOf, pageSize } from '../core/pagination.ts';
import { contains, placeOfHit } from '../core/search.ts';
import { sqlOf } from '../core/tables.ts';
import { License, Seat } from '../entities/index.ts';
import { lockLicense } from './licenses.ts';
import { lastEntryOf } from './undo-limit.ts';

/** A seat in use, with the person who has it. */
export interface SeatRow {
  id: number;
  userId: number;
  name: string;
  email: string | null;
  department: string | null;
  status: UserStatus;
  endDate: string | null;
  assignedAt: Date;
}

/** One page of a license's seats in use, by name. `search` is part of a person's name or email. */
export async function seatsInUse(
  em: EntityManager,
  licenseId: number,
  search: string,
  page = 1,
): Promise<Page<SeatRow>> {
  const searched = [sql`u.name`, sql`u.email`];
  const place = search === '' ? sql`0` : placeOfHit(searched, search);
  const matching = sql`
    seats s join users u on u.id = s.user_id
    where s.license_id = ${licenseId} and s.revoked_at is null
      and ${search === '' ? sql`true` : contains(searched, search)}`;
  const { rows } = await sql<SeatRow & { total: number }>`
    with page as (
      select s.id, u.id as "userId", u.name, u.email, u.department, u.status, u.end_date as "endDate",
        s.assigned_at as "assignedAt", ${place} as place
      from ${matching}
      order by place, lower(u.name), s.id limit ${pageSize} offset ${offsetOf(page)}
    )
    select total, page.* from (select count(*) as total from ${matching}) counted
    left join page on true
    order by page.place, lower(page.name), page.id`.execute(sqlOf(em));
  return pageOf(rows, page);
}

/**
 * Assigns a seat of a license to a person and returns its id. Throws NotFound. Throws Refusal when the person already has
 * one or may not receive items, and when no seat is free.
 */
export const assignSeat = (
  em: EntityManager,
  actor: Actor,
  licenseId: number,
  userId: number,
): Promise<number> => changeAbout(em, userId, actor, (change) => giveSeat(change, licenseId));

/** Like `assignSeat`, within a larger change about the person. */
export async function giveSeat(change: Change, licenseId: number): Promise<number> {
  const { em, user } = change;
  refuseUnlessMayReceiveItems(user);
  const license = await lockLicense(em, licenseId);
  if ((await em.count(Seat, { licenseId, userId: user.id, revokedAt: null })) > 0) {
    throw new Refusal('already-has-seat', `${user.name} already has a seat for ${license.name}.`);
  }
  if (license.seatsUsed >= license.seatsTotal) {
    throw new Refusal('no-seat-left', `${license.name} has no free seats.`);
  }
  const seat = em.create(Seat, { licenseId, userId: user.id });
  await em.flush();
  change.record('seat.assigned', { seatId: seat.id, licenseId, license: license.name });
  change.changed('seats');
  return seat.id;
}

/** A seat, even a revoked one. Throws NotFound. */
export async function seatById(em: EntityManager, seatId: number): Promise<Seat> {
  const seat = await em.fork().findOne(Seat, { id: seatId });
  if (seat === null) throw new NotFound('seat');
  return seat;
}

/**
 * Revokes a seat. A repeated call returns `already-revoked`. With `updateId`, the id of an Update, a repeat of that Update
 * gets the first answer, because the process that revoked the seat may have died before it answered. Throws NotFound.
 */
export async function revokeSeat(
  em: EntityManager,
  actor: Actor,
  seatId: number,
  updateId?: string,
): Promise<RevokeSeatAnswer> {
  const { userId } = await seatById(em, seatId);
  return changeAbout(em, userId, actor, async (change) => {
    if (updateId !== undefined && (await wasRevokedBy(change, seatId, updateId)))
      return { outcome: 'revoked' };
    const seat = await change.em.findOneOrFail(Seat, { id: seatId });
    if (seat.revokedAt) return { outcome: 'already-revoked' };
    const license = await change.em.findOneOrFail(License, { id: seat.licenseId });
    seat.revokedAt = new Date();
    change.record('seat.revoked', {
      seatId,
      licenseId: license.id,
      license: license.name,
      ...(updateId !== undefined && { updateId }),
    });
    change.changed('seats');
    return { outcome: 'revoked' };
  });
}

/** Whether this Update has revoked the seat before, even if that was undone since. */
async function wasRevokedBy(change: Change, seatId: number, updateId: string): Promise<boolean> {
  return (await lastEntryOf(change, { actions: ['seat.revoked'], item: { seatId, updateId } })) !== null;
}
