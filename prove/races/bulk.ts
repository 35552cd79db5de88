import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { BulkOutcome } from '../../domain/bulk.ts';
import type { Browserlike } from '../../testing/web/web.ts';
import type { Random } from '../random.ts';
import type { Fixture } from './fixture.ts';
import { type Answer, type Client, noAnswer, type Operation } from './operation.ts';

/** What a person has or had, as operations on each item: what is open first. */
const itemsOf = {
  revoke: `select jsonb_build_object('kind', 'revoke', 'seatId', id, 'userId', user_id) as operation
    from seats where user_id = $1 order by live, id desc limit 3`,
  resolve: `select jsonb_build_object('kind', 'resolve', 'requestId', id, 'userId', user_id, 'outcome', 'rejected', 'assetId', null) as operation
    from requests where user_id = $1 order by live, id desc limit 4`,
  recover: `select jsonb_build_object('kind', 'recover', 'assetId', asset_id, 'assignmentId', id) as operation from (
      select distinct on (asset_id) * from assignments where user_id = $1 order by asset_id, live, id desc
    ) h order by live, id desc limit 3`,
};
const kinds = Object.keys(itemsOf) as (keyof typeof itemsOf)[];

/** A client of the console, signed in as an admin, who does the same to many items of one person at once. */
export const bulkClient = (browser: Browserlike, pool: pg.Pool, actor: string): Client => ({
  actor,
  kinds,
  batchSize: 4,
  async choose(random: Random, _, { people }: Fixture) {
    const { rows } = await pool.query<{ operation: Operation }>(itemsOf[random.pick(kinds)], [
      random.pick(people),
    ]);
    return rows.map(({ operation }) => operation);
  },
  async ask(operations) {
    if (operations.length === 0) return [];
    const token = crypto.randomUUID();
    const [address, fields] = formOf(operations);
    try {
      const { status, text } = await browser.post(address, { token, ...fields });
      if (status !== 303) throw new Error(`${status} ${text}`);
      const results = await resultsOf(pool, token);
      return operations.map((operation) => answerOf(results.get(itemIdOf(operation))!));
    } catch (error) {
      return operations.map(() => noAnswer(error));
    }
  },
});

function formOf(operations: readonly Operation[]): [address: string, fields: Record<string, string>] {
  const [first] = operations;
  const ids = operations.map(itemIdOf).join(',');
  if (first?.kind === 'revoke') return [`/offboarding/${first.userId}/revocations`, { ids }];
  if (first?.kind === 'resolve') return [`/offboarding/${first.userId}/rejections`, { ids }];
  const devices = operations.flatMap((operation) =>
    operation.kind === 'recover'
      ? [[`assignmentId-${operation.assetId}`, String(operation.assignmentId)]]
      : [],
  );
  return ['/assets/recovery', { condition: 'good', nextStatus: 'in_stock', ...Object.fromEntries(devices) }];
}

function itemIdOf(operation: Operation): number {
  switch (operation.kind) {
    case 'revoke':
      return operation.seatId;
    case 'resolve':
      return operation.requestId;
    case 'recover':
      return operation.assetId;
    default:
      throw new Error(`There is no bulk action for ${operation.kind}`);
  }
}

interface Result {
  itemId: number;
  outcome: BulkOutcome | null;
  reason: string | null;
}

const timeoutMs = 70_000;

/** The stored results by the ids of their items, once no item waits for the workflow. */
async function resultsOf(pool: pg.Pool, token: string): Promise<Map<number, Result>> {
  for (const end = Date.now() + timeoutMs; ; await pause(50)) {
    const { rows } = await pool.query<Result>(
      `select i.item_id as "itemId", i.outcome, i.reason from bulk_items i join bulk_actions b on b.id = i.action_id
       where b.token = $1`,
      [token],
    );
    if (Date.now() > end || rows.every(({ outcome }) => outcome !== null))
      return new Map(rows.map((result) => [result.itemId, result]));
  }
}

function answerOf({ outcome, reason }: Result): Answer {
  const why = reason ?? '';
  if (outcome === 'done') return { is: 'done' };
  if (outcome === null || /interrupted|took too long/.test(why)) return { is: 'unknown', why };
  return { is: outcome, why };
}
