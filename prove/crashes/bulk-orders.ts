import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { License } from '../../database/entities/index.ts';
import { assignAsset } from '../../database/inventory/assignments.ts';
import { createRequest } from '../../database/inventory/requests.ts';
import { assignSeat } from '../../database/inventory/seats.ts';
import type { BulkKind } from '../../domain/bulk.ts';
import { type Cast, makeCast } from '../../testing/cast/cast.ts';
import { eventually } from '../../testing/cast/engine.ts';
import type { Browserlike } from '../../testing/web/web.ts';
import type { Machine } from '../machine/machine.ts';
import { signIn } from './retrying-user.ts';

/** An overdue leaver with items, and the items of each bulk action that an admin will order. */
export interface Orders {
  cast: Cast;
  ivo: Browserlike;
  items: Partial<Record<BulkKind, number[]>>;
  /** The assignment of each device, by the device's id. */
  assignments: Record<number, number>;
}

const actorOf = ({ ivo }: Cast) => `user:${ivo.id}` as const;

/** Every bulk action with so few items that the web process executes them. */
export async function fewItems(machine: Machine): Promise<Orders> {
  const orders = await manyItems(machine, 3);
  const { cast } = orders;
  const { laptop, spare, lena } = cast;
  const assignmentId = await assignAsset(machine.database.em, actorOf(cast), spare.id, lena.id);
  await letReminderBeLongAgo(machine, cast);
  return {
    ...orders,
    items: { reminder: [lena.id], ...orders.items, recovery: [laptop.id, spare.id] },
    assignments: { [laptop.id]: laptop.assignmentId, [spare.id]: assignmentId },
  };
}

/** Revocations and rejections of `count` items each: more than 20 are executed by a workflow. */
export async function manyItems(machine: Machine, count = 22): Promise<Orders> {
  const { em } = machine.database;
  const cast = await makeCast(machine.database, -3);
  const { lena, license, seatId, requestId } = cast;
  const fork = em.fork();
  const licenses = Array.from({ length: count - 1 }, (_, place) =>
    fork.create(License, { name: `${license.name} tool ${place}`, seatsTotal: 1 }),
  );
  await fork.flush();
  const revocation = [seatId];
  const rejection = [requestId];
  for (const { id } of licenses) {
    revocation.push(await assignSeat(em, actorOf(cast), id, lena.id));
    rejection.push(await createRequest(em, actorOf(cast), lena.id, { item: 'A chair', reason: null }));
  }
  const ivo = await signIn(machine, cast.ivo.email);
  return { cast, ivo, items: { revocation, rejection }, assignments: {} };
}

/** A leaver has one reminder a day, and their workflow has just sent one because their last day is over. */
async function letReminderBeLongAgo({ pool }: Machine, { offboardingId }: Cast): Promise<void> {
  await eventually(async () => {
    const { rowCount } = await pool.query(
      `update reminders set fired_at = fired_at - interval '2 days' where offboarding_id = $1 and fired_at is not null`,
      [offboardingId],
    );
    return rowCount === 1;
  }, 30_000);
}

const deadlineMs = 120_000;

/**
 * Orders the bulk actions like an admin who sends a form again that got no answer, waits for the results, and orders again
 * what was not done. Returns the number of forms sent.
 */
export async function orderWithRetries({ pool }: Machine, orders: Orders): Promise<number> {
  const end = Date.now() + deadlineMs;
  let sent = 0;
  for (const [kind, ids] of Object.entries(orders.items) as [BulkKind, number[]][]) {
    for (let left = ids; left.length > 0; ) {
      const token = randomUUID();
      sent += await send(orders, kind, left, token, end);
      left = await resultsOf(pool, token, end);
    }
  }
  return sent;
}

async function send(
  { ivo, ...orders }: Orders,
  kind: BulkKind,
  ids: number[],
  token: string,
  end: number,
): Promise<number> {
  const [address, fields] = formOf(orders, kind, ids);
  for (let sent = 1; Date.now() < end; sent++) {
    const answer = await ivo.post(address, { token, ...fields }).catch(() => null);
    if (answer?.status === 303) return sent;
    if (answer && answer.status < 500) throw new Error(`A ${kind} was answered ${answer.status}`);
    await pause(250);
  }
  throw new Error(`A ${kind} was not accepted`);
}

function formOf(
  { cast, assignments }: Omit<Orders, 'ivo'>,
  kind: BulkKind,
  ids: number[],
): [address: string, fields: Record<string, string>] {
  const listed = { ids: ids.join(',') };
  switch (kind) {
    case 'revocation':
      return [`/offboarding/${cast.lena.id}/revocations`, listed];
    case 'rejection':
      return [`/offboarding/${cast.lena.id}/rejections`, listed];
    case 'reminder':
      return ['/offboarding/reminders', listed];
    case 'recovery': {
      const devices = ids.map((id) => [`assignmentId-${id}`, String(assignments[id])]);
      return [
        '/assets/recovery',
        { condition: 'good', nextStatus: 'in_stock', ...Object.fromEntries(devices) },
      ];
    }
  }
}

/** Waits until an order has ended. Returns the ids of those that were refused. */
async function resultsOf(pool: pg.Pool, token: string, end: number): Promise<number[]> {
  for (; Date.now() < end; await pause(200)) {
    const results = await pool
      .query<{ refused: number[] | null; waiting: number }>(readResults, [token])
      .then(
        ({ rows }) => rows[0],
        () => undefined,
      );
    if (results?.waiting === 0) return results.refused ?? [];
  }
  throw new Error(`The bulk action ${token} did not end`);
}

/** Also lets the worker take over after ten seconds what a dead web process began, instead of after a minute. */
const readResults = `
  with aged as (
    update bulk_actions set created_at = created_at - interval '1 minute'
    where token = $1 and state = 'console' and created_at between now() - interval '1 minute' and now() - interval '10 seconds'
  )
  select count(*) filter (where outcome is null or state <> 'done')::int as waiting,
    array_agg(item_id) filter (where outcome = 'refused') as refused
  from bulk_items i join bulk_actions b on b.id = i.action_id where b.token = $1 having count(*) > 0`;
