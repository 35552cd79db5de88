import { type RawBuilder, sql } from 'kysely';
import type { OpenCounts } from '../../domain/offboarding/checklist.ts';
import type { EntityManager } from './orm.ts';
import { sqlOf } from './tables.ts';

/** A user's id, or a column of the surrounding statement that holds one. */
type UserId = number | RawBuilder<unknown>;

const liveAssignments = (user: UserId) =>
  sql`(select count(*) from assignments where user_id = ${user} and live)`;

const openCorrections = (user: UserId) =>
  sql`(select count(*) from recovery_corrections where user_id = ${user} and closed_at is null)`;

const liveSeats = (user: UserId) => sql`(select count(*) from seats where user_id = ${user} and live)`;

const liveRequests = (user: UserId) => sql`(select count(*) from requests where user_id = ${user} and live)`;

const countsWith = (user: UserId, hardware: RawBuilder<unknown>) => sql`
  ${hardware} as hardware, ${liveSeats(user)} as software, ${liveRequests(user)} as requests`;

/** How much is open for a person, as the three columns of `OpenCounts`. The gate reads these. */
export const openCounts = (user: UserId) => countsWith(user, liveAssignments(user));

/** Like `openCounts`, with the hardware that corrections say is still out after the completion. The queue shows these. */
export const shownCounts = (user: UserId) =>
  countsWith(user, sql`${liveAssignments(user)} + ${openCorrections(user)}`);

/** The sum of `shownCounts`. */
export const shownTotal = (user: UserId) =>
  sql`(${liveAssignments(user)} + ${openCorrections(user)} + ${liveSeats(user)} + ${liveRequests(user)})`;

/** Counts a person's open items by one statement. */
export async function openCountsOf(em: EntityManager, userId: number): Promise<OpenCounts> {
  const { rows } = await sql<OpenCounts>`select ${openCounts(userId)}`.execute(sqlOf(em));
  return rows[0]!;
}

const shownHardware = (user: UserId) => sql`
  assignments x join assets a on a.id = x.asset_id
  left join recovery_corrections c on c.assignment_id = x.id and c.closed_at is null
  where x.user_id = ${user} and (x.live or c.id is not null)`;

/** Like `openItems`, with the hardware of `shownCounts`. The correction is `c`, null for an open assignment. */
export const shownItems = (user: UserId) => ({ ...openItems(user), hardware: shownHardware(user) });

/** FROM clauses of a person's open items. The assignment, seat or request is `x`, its asset `a`, its license `l`. */
export const openItems = (user: UserId) => ({
  hardware: sql`assignments x join assets a on a.id = x.asset_id where x.user_id = ${user} and x.live`,
  software: sql`seats x join licenses l on l.id = x.license_id where x.user_id = ${user} and x.live`,
  requests: sql`requests x where x.user_id = ${user} and x.live`,
});

/**
 * A person's checklist as three JSON arrays, in the order of display. `own` adds fields to the common ones, as
 * arguments of `jsonb_build_object`. `from` are the FROM clauses.
 */
export function checklistItems(
  user: UserId,
  own: Record<'hardware' | 'software' | 'requests', RawBuilder<unknown>>,
  from = openItems(user),
) {
  return {
    hardware: sql`(
      select coalesce(jsonb_agg(jsonb_build_object('tag', a.tag, 'serial', a.serial, 'model', a.model,
        'status', a.status, 'assignedAt', ${utc(sql`x.assigned_at`)}, ${own.hardware})
        order by x.assigned_at, x.id), '[]')
      from ${from.hardware})`,
    software: sql`(
      select coalesce(jsonb_agg(jsonb_build_object('licenseId', l.id, 'license', l.name, 'vendor', l.vendor,
        'assignedAt', ${utc(sql`x.assigned_at`)}, ${own.software}) order by l.name, x.id), '[]')
      from ${from.software})`,
    requests: sql`(
      select coalesce(jsonb_agg(jsonb_build_object('item', x.item, 'status', x.status,
        'createdAt', ${utc(sql`x.created_at`)}, ${own.requests}) order by x.created_at, x.id), '[]')
      from ${from.requests})`,
  };
}

/** ISO 8601 in UTC, in every time zone of the connection. */
const utc = (time: RawBuilder<unknown>) =>
  sql`to_char(${time} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
