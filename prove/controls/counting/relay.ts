import type { Client } from '@temporalio/client';
import type pg from 'pg';
import type { OpenCounts } from '../../../domain/offboarding/checklist.ts';
import type { Fixture } from '../../races/fixture.ts';
import type { CallWrapper } from '../../races/lossy-connection.ts';
import { changedBy, counters, counting } from './workflow.ts';

/** How each audit entry changes the open counts. */
const steps: Record<string, [kind: keyof OpenCounts, by: number]> = {
  'asset.assigned': ['hardware', 1],
  'asset.assignment_undone': ['hardware', -1],
  'asset.recovered': ['hardware', -1],
  'asset.lost': ['hardware', -1],
  'asset.recovery_undone': ['hardware', 1],
  'seat.assigned': ['software', 1],
  'seat.revoked': ['software', -1],
  'seat.revocation_undone': ['software', 1],
  'request.created': ['requests', 1],
  'request.resolved': ['requests', -1],
  'request.resolution_undone': ['requests', 1],
};

/**
 * A relay that sends increments and decrements instead of snapshots. It retries each signal until it succeeds, because
 * a relay can die before it records that a signal was sent. `name` separates the counters of two runs.
 */
export async function countForWorkflows(
  client: Client,
  { name, taskQueue }: { name: string; taskQueue: string },
  pool: pg.Pool,
  { people, baseline }: Fixture,
  call: CallWrapper,
): Promise<void> {
  const { rows } = await pool.query<{ action: string; userId: number }>(
    `select action, user_id as "userId" from audit_entries
     where id > $2 and user_id = any($1) and action = any($3) order by id`,
    [people, baseline, Object.keys(steps)],
  );
  for (const { action, userId } of rows) {
    const send = () =>
      client.workflow.signalWithStart(counting, {
        workflowId: idOf(name, userId),
        taskQueue,
        signal: changedBy,
        signalArgs: steps[action]!,
      });
    while (!(await call(send).then(Boolean, () => false)));
  }
}

/** Returns the differences between the counters and the database, in words. */
export async function wrongCounters(
  client: Client,
  name: string,
  pool: pg.Pool,
  { people }: Fixture,
): Promise<string[]> {
  const { rows } = await pool.query<{ id: number; open: OpenCounts }>(
    `select u.id, jsonb_build_object(
       'hardware', (select count(*) from assignments where user_id = u.id and live),
       'software', (select count(*) from seats where user_id = u.id and live),
       'requests', (select count(*) from requests where user_id = u.id and live)) as open
     from users u where u.id = any($1) and exists (select from audit_entries where user_id = u.id and action = any($2))`,
    [people, Object.keys(steps)],
  );
  const problems = await Promise.all(
    rows.map(async ({ id, open }) => {
      const known = await client.workflow.getHandle(idOf(name, id)).query(counters);
      const isRight = (Object.keys(open) as (keyof OpenCounts)[]).every((kind) => known[kind] === open[kind]);
      return isRight
        ? []
        : [`the counters of user ${id} say ${JSON.stringify(known)}, but it is ${JSON.stringify(open)}`];
    }),
  );
  return problems.flat();
}

const idOf = (name: string, userId: number) => `counting-${name}-${userId}`;
