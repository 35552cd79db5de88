import type { WorkflowHandle } from '@temporalio/client';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { sqlOf } from '../../../database/core/tables.ts';
import { createEndpoint } from '../../../database/webhooks/endpoints.ts';
import { usualSchedule } from '../../../domain/webhooks/schedule.ts';
import { complete, webhookDeliveryWorkflowId } from '../../../engine/contract.ts';
import type { Cast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { ownEngine, testDependencies } from '../../../testing/cast/engine.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

/** Starts Temporal with a worker for the deliveries of a test file, and returns helpers. */
export async function ownDeliveries(retrySchedule = usualSchedule) {
  const { database } = await ownDatabase();
  const engine = await ownEngine(database);
  const { ask, client } = engine;
  const dependencies = { ...testDependencies(database), retrySchedule };
  const worker = await engine.startWorker(dependencies);

  const subscribe = (cast: Cast, url: string) => {
    const fields = { url, description: null, eventTypes: ['user.offboarded' as const] };
    return createEndpoint(database.em, `user:${cast.ada.id}`, fields, dependencies.secretBox);
  };

  async function completeLena(cast: Cast) {
    await clearChecklist(database, cast);
    expect((await ask(complete, cast.offboardingId, { actor: `user:${cast.ivo.id}` })).outcome).toBe(
      'completed',
    );
  }

  async function deliveryTo(endpointId: number) {
    const { rows } = await sql<{
      id: number;
      eventId: string;
      state: string;
      closed: boolean;
      outcomes: string[];
      waits: number;
    }>`
      select d.id, d.event_id as "eventId", d.state, d.closed_at is not null as closed,
        array(select outcome from webhook_attempts a where a.delivery_id = d.id order by number) as outcomes,
        extract(epoch from d.next_try_at - now())::float as waits
      from webhook_deliveries d where endpoint_id = ${endpointId} and replay_of is null`.execute(
      sqlOf(database.em.fork()),
    );
    return rows[0]!;
  }

  const becomes = (endpointId: number, expected: Partial<Awaited<ReturnType<typeof deliveryTo>>>) =>
    expect.poll(() => deliveryTo(endpointId), { timeout: 15_000 }).toMatchObject(expected);

  const handleOfDelivery = ({ id, eventId }: { id: number; eventId: string }, endpointId: number) =>
    client.workflow.getHandle(webhookDeliveryWorkflowId({ id, eventId, endpointId, replayOf: null }));

  /** The details of a delivery in the Temporal UI. */
  const detailsOf = async (handle: WorkflowHandle) =>
    (await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')).currentDetails;

  async function superAdminsToldOf(deliveryId: number) {
    const { rows } = await sql`
      select from notifications
      where kind = 'webhook_failed' and (details->>'deliveryId')::int = ${deliveryId} and user_id in (
        select id from users where role = 'super-admin' order by id limit 1
      )`.execute(sqlOf(database.em.fork()));
    return rows.length;
  }

  return {
    ...engine,
    database,
    dependencies,
    worker,
    subscribe,
    completeLena,
    deliveryTo,
    becomes,
    handleOfDelivery,
    detailsOf,
    superAdminsToldOf,
  };
}
