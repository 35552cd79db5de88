import { randomBytes } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import { type Actor, actorUserId } from '../../domain/actor.ts';
import {
  type ChosenEventType,
  testEventType,
  type WebhookEventType,
} from '../../domain/webhooks/webhooks.ts';
import type { Offboarding, User } from '../entities/index.ts';
import type { Change } from './change-types.ts';
import type { EntityManager } from './orm.ts';
import { sqlOf } from './tables.ts';

/** Something that happened to a leaver. */
export interface OffboardingEvent {
  type: ChosenEventType;
  offboarding: Offboarding;
  at: Date;
  /** Fields of this event type besides the person, the offboarding and the actor. */
  more?: Record<string, unknown>;
}

/** The names of the fields for the actor and the time, by event type. */
const names: Record<ChosenEventType, { by: string; at?: string }> = {
  'offboarding.started': { by: 'startedBy' },
  'offboarding.end_date_changed': { by: 'changedBy' },
  'offboarding.cleared': { by: 'clearedBy', at: 'clearedAt' },
  'offboarding.cancelled': { by: 'cancelledBy', at: 'cancelledAt' },
  'user.offboarded': { by: 'completedBy', at: 'completedAt' },
};

/**
 * Writes an event, and a delivery for each endpoint that has chosen its type, in the change's transaction. A delivery to
 * a paused or disabled endpoint is not sent; it can be replayed when the endpoint is active again.
 */
export function publish({ alsoWrite, user, actor }: Change, event: OffboardingEvent): void {
  const { type, offboarding, at, more } = event;
  const named = names[type];
  const data = {
    user: userPayload(user),
    offboarding: {
      id: offboarding.id,
      openedAt: offboarding.openedAt.toISOString(),
      ...(named.at && { [named.at]: at.toISOString() }),
    },
    ...more,
  };
  const inserts = insertsOf({
    type,
    at,
    offboardingId: offboarding.id,
    data: sql`${JSON.stringify(data)}::jsonb || jsonb_build_object(${named.by}::text, ${actorPayload(actor)})`,
    to: sql`
      select p.id, case when p.state = 'active' then 'pending' else 'disabled' end
      from webhook_endpoints p where p.state <> 'deleted' and ${type} = any(p.event_types) order by p.id`,
  });
  alsoWrite({ [type]: inserts });
}

/** Writes a test event with its delivery to one endpoint, even a paused or disabled one. Returns the delivery's id. */
export async function publishTest(
  em: EntityManager,
  actor: Actor,
  endpoint: { id: number; description?: string | null },
  now: Date,
): Promise<number> {
  const data = { endpoint: { id: endpoint.id, description: endpoint.description ?? null } };
  const inserts = insertsOf({
    type: testEventType,
    at: now,
    offboardingId: null,
    data: sql`${JSON.stringify(data)}::jsonb || jsonb_build_object('sentBy', ${actorPayload(actor)})`,
    to: sql`select ${endpoint.id}::int, 'pending'`,
  });
  const { rows } = await sql<{ id: number }>`
    with ${inserts} select id from ${deliveriesOf(testEventType)}`.execute(sqlOf(em));
  return rows[0]!.id;
}

const userPayload = (user: User) => ({
  id: user.id,
  externalId: user.externalId ?? null,
  name: user.name,
  email: user.email ?? null,
  department: user.department ?? null,
  jobTitle: user.jobTitle ?? null,
  endDate: user.endDate ?? null,
});

/** Only a user has an id, an external id and an address, so that a receiver can write to who did it. */
function actorPayload(actor: Actor): RawBuilder<unknown> {
  const id = actorUserId(actor);
  if (id !== null)
    return sql`(
      select jsonb_build_object(
        'type', 'user', 'id', actor.id, 'name', name, 'externalId', external_id, 'email', email)
      from (select ${id}::int as id) actor left join users on users.id = actor.id
    )`;
  const nobody = { id: null, externalId: null, email: null };
  const payload =
    actor === 'system'
      ? { type: 'system', name: 'Lastday', ...nobody }
      : { type: 'token', name: actor.slice('token:'.length), ...nobody };
  return sql`${JSON.stringify(payload)}::jsonb`;
}

interface NewEvent {
  type: WebhookEventType;
  at: Date;
  offboardingId: number | null;
  data: RawBuilder<unknown>;
  /** A query of endpoints, each with the initial state of its delivery. */
  to: RawBuilder<unknown>;
}

/** Common table expressions that insert an event and its deliveries. */
function insertsOf({ type, at, offboardingId, data, to }: NewEvent) {
  const id = `evt_${randomBytes(16).toString('hex')}`;
  return sql`
    ${sql.id(type)} as (
      insert into webhook_events (id, type, data, offboarding_id, created_at)
      values (${id}, ${type}, ${data}, ${offboardingId}, ${at})
    ), ${deliveriesOf(type)} as (
      insert into webhook_deliveries (event_id, endpoint_id, state, next_try_at, closed_at)
      select ${id}, chosen.id, chosen.state,
        case when chosen.state = 'pending' then ${at}::timestamptz end,
        case when chosen.state <> 'pending' then ${at}::timestamptz end
      from (${to}) chosen (id, state)
      returning id
    )`;
}

const deliveriesOf = (type: WebhookEventType) => sql.id(`deliveries of ${type}`);
