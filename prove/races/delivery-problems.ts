import type pg from 'pg';
import type { Received } from '../../testing/outside/receiver.ts';

/**
 * Compares the events that a receiver got about some people with the stored events: each under its own id, at least
 * once, and nothing else. Returns the differences. Call it when no delivery is pending.
 */
export async function deliveryProblems(
  pool: pg.Pool,
  people: readonly number[],
  { received }: { received: readonly Received[] },
): Promise<string[]> {
  const { rows } = await pool.query<{ id: string; type: string; userId: number }>(
    `select id, type, (data->'user'->>'id')::int as "userId" from webhook_events e
     where (data->'user'->>'id')::int = any($1) and exists (select from webhook_deliveries d where d.event_id = e.id)`,
    [people],
  );
  const expected = new Set(rows.map(({ id, type, userId }) => `${type} ${id} of ${userId}`));
  const got = new Set(
    received.flatMap(({ body, headers }) => {
      const { type, data } = JSON.parse(body);
      return people.includes(data.user?.id) ? [`${type} ${headers['webhook-id']} of ${data.user.id}`] : [];
    }),
  );
  return [
    ...[...expected].filter((event) => !got.has(event)).map((event) => `${event} has not been received`),
    ...[...got]
      .filter((event) => !expected.has(event))
      .map((event) => `${event} was received, but is not a stored event`),
  ];
}
