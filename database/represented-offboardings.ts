import { type RawBuilder, sql } from 'kysely';
import type { AssetStatus } from '../domain/assets.ts';
import type { OpenCounts, RequestStatus } from '../domain/checklist.ts';
import type { CalendarDate } from '../domain/dates.ts';
import { NotFound } from '../domain/failures.ts';
import type { UserStatus } from '../domain/user-status.ts';
import type { OffboardingState } from './entities/offboarding.ts';
import { type Part, partOf } from './listing.ts';
import type { EntityManager } from './orm.ts';
import { sqlOf } from './tables.ts';

/** An offboarding as the API shows it. */
export interface RepresentedOffboarding {
  id: number;
  state: OffboardingState;
  openedAt: Date;
  closedAt: Date | null;
  /** The actor who completed or cancelled it. */
  closedBy: string | null;
  user: {
    id: number;
    externalId: string | null;
    name: string;
    department: string | null;
    endDate: CalendarDate | null;
    status: UserStatus;
  };
  /** What the person still has; null once it is closed. */
  open: OpenCounts | null;
}

/** What a leaver still has, item by item. */
export interface RepresentedChecklist {
  hardware: {
    assignmentId: number;
    tag: string;
    serial: string | null;
    model: string;
    status: AssetStatus;
    assignedAt: string;
  }[];
  software: {
    seatId: number;
    licenseId: number;
    license: string;
    vendor: string | null;
    assignedAt: string;
  }[];
  requests: { requestId: number; item: string; status: RequestStatus; createdAt: string }[];
}

/** Some offboardings by id, those after `after`; of every state, or of one. */
export async function representedOffboardings(
  em: EntityManager,
  state: OffboardingState | null,
  after: number,
  limit: number,
): Promise<Part<RepresentedOffboarding>> {
  const { rows } = await sql<RepresentedOffboarding>`
    select ${columns} from offboardings o join users u on u.id = o.user_id
    where o.id > ${after} and ${state === null ? sql`true` : hasState(state)}
    order by o.id limit ${limit + 1}`.execute(sqlOf(em));
  return partOf(rows, limit);
}

/** One offboarding with the whole checklist (null once it is closed), by one statement. Throws NotFound. */
export async function representedOffboarding(
  em: EntityManager,
  id: number,
): Promise<RepresentedOffboarding & { checklist: RepresentedChecklist | null }> {
  const { rows } = await sql<RepresentedOffboarding & { checklist: RepresentedChecklist | null }>`
    select ${columns}, ${whileOpen(checklist)} as checklist
    from offboardings o join users u on u.id = o.user_id where o.id = ${id}`.execute(sqlOf(em));
  if (rows[0] === undefined) throw new NotFound('offboarding');
  return rows[0];
}

/** Written out, so that PostgreSQL finds the index of the open ones. */
const hasState = (state: OffboardingState) =>
  state === 'open' ? sql`o.state = 'open'` : sql`o.state = ${state}`;

const whileOpen = (what: RawBuilder<unknown>) => sql`case when o.state = 'open' then ${what} end`;
const utc = (moment: RawBuilder<unknown>) =>
  sql`to_char(${moment} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const counts = sql`jsonb_build_object(
  'hardware', (select count(*) from assignments where user_id = u.id and live),
  'software', (select count(*) from seats where user_id = u.id and live),
  'requests', (select count(*) from requests where user_id = u.id and live))`;

const columns = sql`
  o.id, o.state, o.opened_at as "openedAt", o.closed_at as "closedAt",
  coalesce(o.completed_by, o.cancelled_by) as "closedBy",
  jsonb_build_object('id', u.id, 'externalId', u.external_id, 'name', u.name, 'department', u.department,
    'endDate', u.end_date, 'status', u.status) as user,
  ${whileOpen(counts)} as open`;

const checklist = sql`jsonb_build_object(
  'hardware', (
    select coalesce(jsonb_agg(jsonb_build_object('assignmentId', x.id, 'tag', a.tag, 'serial', a.serial,
      'model', a.model, 'status', a.status, 'assignedAt', ${utc(sql`x.assigned_at`)})
      order by x.assigned_at, x.id), '[]')
    from assignments x join assets a on a.id = x.asset_id where x.user_id = u.id and x.live),
  'software', (
    select coalesce(jsonb_agg(jsonb_build_object('seatId', x.id, 'licenseId', l.id, 'license', l.name,
      'vendor', l.vendor, 'assignedAt', ${utc(sql`x.assigned_at`)}) order by l.name, x.id), '[]')
    from seats x join licenses l on l.id = x.license_id where x.user_id = u.id and x.live),
  'requests', (
    select coalesce(jsonb_agg(jsonb_build_object('requestId', x.id, 'item', x.item, 'status', x.status,
      'createdAt', ${utc(sql`x.created_at`)}) order by x.created_at, x.id), '[]')
    from requests x where x.user_id = u.id and x.live))`;
