import { sql } from 'kysely';
import type { Role } from '../../domain/access/permissions.ts';
import type { AssetStatus } from '../../domain/assets.ts';
import type { CalendarDate } from '../../domain/dates.ts';
import { Merged, NotFound } from '../../domain/failures.ts';
import type { RequestStatus } from '../../domain/offboarding/checklist.ts';
import type { UserStatus } from '../../domain/user-status.ts';
import type { DeliveryState, WebhookEventType } from '../../domain/webhooks/webhooks.ts';
import { actorIdIn } from '../core/actor-sql.ts';
import { checklistItems, shownItems } from '../core/checklist-sql.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { OffboardingState } from '../entities/offboarding.ts';
import { type Handling, handling, type ItemWaiting, itemWaiting } from './handling/handling-page.ts';

/** A device that the person still has. */
interface HardwareItem extends ItemWaiting {
  id: number;
  assetId: number;
  tag: string;
  serial: string | null;
  model: string;
  location: string | null;
  status: AssetStatus;
  assignedAt: string;
  /** When its recovery was undone after the completion; null for an open assignment. */
  correctedAt: string | null;
}

/** A seat that the person still has. */
interface SeatItem extends ItemWaiting {
  id: number;
  licenseId: number;
  license: string;
  vendor: string | null;
  assignedAt: string;
}

/** An open request of the person. */
interface RequestItem extends ItemWaiting {
  id: number;
  item: string;
  reason: string | null;
  status: RequestStatus;
  createdAt: string;
}

/** An active person with the same name. */
interface Namesake {
  id: number;
  name: string;
  email: string | null;
  externalId: string | null;
}

/** The latest offboarding of a person. */
interface OffboardingFacts {
  id: number;
  state: OffboardingState;
  openedAt: string;
  closedAt: string | null;
  /** The actor who completed or cancelled it; `closedByName` is that actor's name. */
  closedBy: string | null;
  closedByName: string | null;
  failedStep: string | null;
  /** A directory opened it, because it deactivated the person. */
  openedByDirectory: boolean;
  /** The latest delivery of each event to each endpoint. */
  deliveries: {
    id: number;
    endpointId: number;
    url: string;
    type: WebhookEventType;
    state: DeliveryState;
    nextTryAt: string | null;
    /** When it was delivered, or given up. */
    closedAt: string | null;
    tries: number;
  }[];
}

/** Everything the person's offboarding page shows. */
export interface ChecklistPage {
  id: number;
  name: string;
  email: string | null;
  jobTitle: string | null;
  department: string | null;
  startDate: CalendarDate | null;
  endDate: CalendarDate | null;
  status: UserStatus;
  /** A directory ended their access. */
  directoryInactive: boolean;
  role: Role;
  zone: string;
  workspaceZone: string;
  managerId: number | null;
  manager: string | null;
  reports: number;
  completed: boolean;
  /** Their name, address and title were erased. */
  erased: boolean;
  /** At most three, because they may be the same person. */
  namesakes: Namesake[];
  hardware: HardwareItem[];
  seats: SeatItem[];
  requests: RequestItem[];
  offboarding: OffboardingFacts | null;
  handling: Handling;
}

/**
 * One person with their checklist. One statement, because lists and counts must agree. Throws NotFound, and Merged for a
 * record that was merged into another one.
 */
export async function readChecklistPage(em: EntityManager, userId: number): Promise<ChecklistPage> {
  const { rows } = await sql<ChecklistPage & { mergedInto: number | null }>`
    select
      u.id, u.name, u.email, u.job_title as "jobTitle", u.department,
      u.start_date as "startDate", u.end_date as "endDate", u.status, u.directory_inactive as "directoryInactive", u.role,
      coalesce(u.time_zone, w.time_zone) as zone, w.time_zone as "workspaceZone",
      m.id as "managerId", m.name as manager,
      (select count(*) from users r where r.manager_id = u.id) as reports,
      u.offboarding_completed_at is not null as completed, u.erased_at is not null as erased,
      u.merged_into as "mergedInto", ${namesakes} as namesakes,
      ${hardware} as hardware, ${software} as seats, ${requests} as requests, ${offboarding} as offboarding,
      ${handling} as handling
    from users u
    cross join workspace w
    left join users m on m.id = u.manager_id
    where u.id = ${userId}`.execute(sqlOf(em));
  if (rows[0] === undefined) throw new NotFound('person');
  const { mergedInto, ...page } = rows[0];
  if (mergedInto !== null) throw new Merged(page, mergedInto);
  return page;
}

const { hardware, software, requests } = checklistItems(
  sql`u.id`,
  {
    hardware: sql`'id', x.id, 'assetId', a.id, 'location', a.location, 'correctedAt', c.created_at, ${itemWaiting}`,
    software: sql`'id', x.id, ${itemWaiting}`,
    requests: sql`'id', x.id, 'reason', x.reason, ${itemWaiting}`,
  },
  shownItems(sql`u.id`),
);

const namesakes = sql`(
  select coalesce(jsonb_agg(jsonb_build_object('id', x.id, 'name', x.name, 'email', x.email,
    'externalId', x.external_id) order by x.id), '[]')
  from (
    select * from users n where folded(n.name) = folded(u.name) and n.status = 'active' and n.id <> u.id
    order by n.id limit 3) x)`;

const offboarding = sql`(
  select jsonb_build_object('id', o.id, 'state', o.state, 'openedAt', o.opened_at, 'closedAt', o.closed_at,
    'closedBy', coalesce(o.completed_by, o.cancelled_by), 'failedStep', o.failed_step, 'openedByDirectory', o.opened_by_directory,
    'closedByName', (select c.name from users c
      where c.id = ${actorIdIn(sql`coalesce(o.completed_by, o.cancelled_by)`)}),
    'deliveries', (select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'endpointId', d.endpoint_id, 'url', p.url,
      'type', e.type, 'state', d.state, 'nextTryAt', d.next_try_at, 'closedAt', d.closed_at, 'tries',
      (select count(*) from webhook_attempts a where a.delivery_id = d.id)) order by d.id), '[]')
      from webhook_events e join webhook_deliveries d on d.event_id = e.id join webhook_endpoints p on p.id = d.endpoint_id
      where e.offboarding_id = o.id and not exists (select from webhook_deliveries later
        where later.event_id = d.event_id and later.endpoint_id = d.endpoint_id and later.id > d.id)))
  from offboardings o where o.user_id = u.id order by o.id desc limit 1)`;
