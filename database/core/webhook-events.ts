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

/** Something that happened to a leaver, as other systems are told. */
export interface Happening {
  type: ChosenEventType;
  offboarding: Offboarding;
  at: Date;
  /** What this type of event says besides the person, the offboarding and who did it. */
  more?: Record<string, unknown>;
}

/** How each event calls whoever did it, and the moment it happened. */
const names: Record<ChosenEventType, { by: string; at?: string }> = {
  'offboarding.started': { by: 'startedBy' },
  'offboarding.end_date_changed': { by: 'changedBy' },
  'offboarding.cleared': { by: 'clearedBy', at: 'clearedAt' },
  'offboarding.cancelled': { by: 'cancelledBy', at: 'cancelledAt' },
  'user.offboarded': { by: 'completedBy', at: 'completedAt' },
};

/**
 * Writes an event and its delivery to every endpoint that has chosen it, beside the fact. To an endpoint that is off
 * it is not sent, but can be once that is on again.
 */
export function publish({ alsoWrite, user, actor }: Change, happening: Happening): void {
  const { type, offboarding, at, more } = happening;
  const named = names[type];
  const data = {
    user: described(user),
    offboarding: {
      id: offboarding.id,
      openedAt: offboarding.openedAt.toISOString(),
      ...(named.at && { [named.at]: at.toISOString() }),
    },
    ...more,
  };
  const writing = writingOf({
    type,
    at,
    offboardingId: offboarding.id,
    data: sql`${JSON.stringify(data)}::jsonb || jsonb_build_object(${named.by}::text, ${describedActor(actor)})`,
    to: sql`
      select p.id, case when p.state = 'active' then 'pending' else 'disabled' end
      from webhook_endpoints p where p.state <> 'deleted' and ${type} = any(p.event_types) order by p.id`,
  });
  alsoWrite({ [type]: writing });
}

/** Writes a test event with its delivery to one endpoint, chosen or not, on or off; returns the delivery's id. */
export async function publishTest(
  em: EntityManager,
  actor: Actor,
  endpoint: { id: number; description?: string | null },
  now: Date,
): Promise<number> {
  const data = { endpoint: { id: endpoint.id, description: endpoint.description ?? null } };
  const writing = writingOf({
    type: testEventType,
    at: now,
    offboardingId: null,
    data: sql`${JSON.stringify(data)}::jsonb || jsonb_build_object('sentBy', ${describedActor(actor)})`,
    to: sql`select ${endpoint.id}::int, 'pending'`,
  });
  const { rows } = await sql<{ id: number }>`
    with ${writing} select id from ${deliveriesOf(testEventType)}`.execute(sqlOf(em));
  return rows[0]!.id;
}

/** A person, as far as other systems hear of them. */
const described = (user: User) => ({
  id: user.id,
  externalId: user.externalId ?? null,
  name: user.name,
  email: user.email,
  department: user.department ?? null,
  jobTitle: user.jobTitle ?? null,
  endDate: user.endDate ?? null,
});

/** Who did something, as other systems are told. */
function describedActor(actor: Actor): RawBuilder<unknown> {
  const id = actorUserId(actor);
  if (id !== null) {
    const name = sql`(select name from users where id = ${id})`;
    return sql`jsonb_build_object('type', 'user', 'id', ${id}::int, 'name', ${name})`;
  }
  const told =
    actor === 'system'
      ? { type: 'system', id: null, name: 'Lastday' }
      : { type: 'token', id: null, name: actor.slice('token:'.length) };
  return sql`${JSON.stringify(told)}::jsonb`;
}

interface NewEvent {
  type: WebhookEventType;
  at: Date;
  offboardingId: number | null;
  data: RawBuilder<unknown>;
  /** A query of endpoints, each with the state its delivery begins in. */
  to: RawBuilder<unknown>;
}

/** Common table expressions that write an event and its deliveries. */
function writingOf({ type, at, offboardingId, data, to }: NewEvent) {
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
