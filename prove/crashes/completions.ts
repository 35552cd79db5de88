import { type Cast, makeCast } from '../../test/support/cast.ts';
import { clearChecklist } from '../../test/support/clearing.ts';
import { eventually } from '../../test/support/engine.ts';
import type { Received } from '../../test/support/receiver.ts';
import type { Machine } from '../machine/machine.ts';
import { brokenLaws } from '../races/laws.ts';
import { brokenPromises } from '../races/promises.ts';
import { stillIgnorantWorkflows } from '../races/workflows.ts';

/** A leaver whose checklist is empty, with two reports and a manager. */
export async function clearedLeaver({ database }: Machine): Promise<Cast> {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  return cast;
}

/** Waits until nothing is on its way any more: outbox, deliveries, mails. */
export const untilQuiet = ({ pool }: Machine, patience = 90_000): Promise<unknown> =>
  eventually(async () => {
    const { rows } = await pool.query<{ left: number }>(
      `select (select count(*) from outbox where sent_at is null) + (select count(*) from mails where state = 'pending')
         + (select count(*) from webhook_deliveries where state = 'pending') as left`,
    );
    return Number(rows[0]!.left) === 0;
  }, patience);

/**
 * Everything that is wrong with the completed leavers of these casts, in words; nothing when all is well. The receiver
 * must have got the event of each under its own id, at least once.
 */
export async function problemsWithCompletions(
  machine: Machine,
  casts: readonly Cast[],
  receiver: { received: readonly Received[] },
): Promise<string[]> {
  const { pool, client } = machine;
  const people = casts.flatMap(({ lena, rosa, timo, mira }) => [lena.id, rosa.id, timo.id, mira.id]);
  const company = { people, assets: [], licenses: [], baseline: 0 };
  const { rows } = await pool.query<{ id: number }>(
    'select id from users where id = any($1) and offboarding_completed_at is null',
    [casts.map(({ lena }) => lena.id)],
  );
  return [
    ...rows.map(({ id }) => `${id} is stuck`),
    ...(await wronglyReceived(machine, casts, receiver)),
    ...(await brokenLaws(pool)),
    ...(await brokenPromises(pool, company)),
    ...(await stillIgnorantWorkflows(client, pool, company)),
  ];
}

async function wronglyReceived(
  { pool }: Machine,
  casts: readonly Cast[],
  { received }: { received: readonly Received[] },
): Promise<string[]> {
  const { rows } = await pool.query<{ id: string; userId: number }>(
    `select id, (data->'user'->>'id')::int as "userId" from webhook_events where type = 'user.offboarded'`,
  );
  const idsByUser = new Map<number, Set<string>>();
  for (const { body, headers } of received) {
    const userId: number = JSON.parse(body).data.user.id;
    idsByUser.set(userId, (idsByUser.get(userId) ?? new Set()).add(headers['webhook-id']!));
  }
  return casts.flatMap(({ lena }) => {
    const expected = rows.filter(({ userId }) => userId === lena.id).map(({ id }) => id);
    const got = [...(idsByUser.get(lena.id) ?? [])];
    return got.join() === expected.join() ? [] : [`of ${lena.id} was received ${got}, and sent ${expected}`];
  });
}
