import { type RawBuilder, sql } from 'kysely';
import type { AssetStatus } from '../../domain/assets.ts';
import type { CalendarDate } from '../../domain/dates.ts';
import { NotFound } from '../../domain/failures.ts';
import type { OpenCounts, RequestStatus } from '../../domain/offboarding/checklist.ts';
import type { UserStatus } from '../../domain/user-status.ts';
import { checklistItems, openCounts } from '../core/checklist-sql.ts';
import type { EntityManager } from '../core/orm.ts';
import { type CursorPage, cursorPageOf } from '../core/pagination.ts';
import { sqlOf } from '../core/tables.ts';
import type { OffboardingState } from '../entities/offboarding.ts';

/** An offboarding as the API shows it. */
export interface ApiOffboarding {
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
  /** The open items; null once the offboarding is closed. */
  open: OpenCounts | null;
}

/** A leaver's open items. */
export interface ApiChecklist {
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

/** One page of offboardings by id, after the id `after`. A null `state` means every state. */
export async function listApiOffboardings(
  em: EntityManager,
  state: OffboardingState | null,
  after: number,
  limit: number,
): Promise<CursorPage<ApiOffboarding>> {
  const { rows } = await sql<ApiOffboarding>`
    select ${columns} from offboardings o join users u on u.id = o.user_id
    where o.id > ${after} and ${state === null ? sql`true` : hasState(state)}
    order by o.id limit ${limit + 1}`.execute(sqlOf(em));
  return cursorPageOf(rows, limit);
}

/** One offboarding with its checklist (null once closed), read by one statement. Throws NotFound. */
export async function readApiOffboarding(
  em: EntityManager,
  id: number,
): Promise<ApiOffboarding & { checklist: ApiChecklist | null }> {
  const { rows } = await sql<ApiOffboarding & { checklist: ApiChecklist | null }>`
    select ${columns}, ${whileOpen(checklist)} as checklist
    from offboardings o join users u on u.id = o.user_id where o.id = ${id}`.execute(sqlOf(em));
  if (rows[0] === undefined) throw new NotFound('offboarding');
  return rows[0];
}

/** `'open'` is a literal, because PostgreSQL cannot match a parameter to the partial index. */
const hasState = (state: OffboardingState) =>
  state === 'open' ? sql`o.state = 'open'` : sql`o.state = ${state}`;

const whileOpen = (value: RawBuilder<unknown>) => sql`case when o.state = 'open' then ${value} end`;

const counts = sql`(select to_jsonb(c) from (select ${openCounts(sql`u.id`)}) c)`;

const columns = sql`
  o.id, o.state, o.opened_at as "openedAt", o.closed_at as "closedAt",
  coalesce(o.completed_by, o.cancelled_by) as "closedBy",
  jsonb_build_object('id', u.id, 'externalId', u.external_id, 'name', u.name, 'department', u.department,
    'endDate', u.end_date, 'status', u.status) as user,
  ${whileOpen(counts)} as open`;

const items = checklistItems(sql`u.id`, {
  hardware: sql`'assignmentId', x.id`,
  software: sql`'seatId', x.id`,
  requests: sql`'requestId', x.id`,
});

const checklist = sql`jsonb_build_object(
  'hardware', ${items.hardware}, 'software', ${items.software}, 'requests', ${items.requests})`;
