import { setTimeout as pause } from 'node:timers/promises';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type pg from 'pg';
import { offboardingWorkflowId } from '../../engine/contract.ts';
import type { Fixture } from './fixture.ts';

/** The open ids of one offboarding: `hardware 1, 2; seats 3; requests none`. */
type OpenIds = string;

/**
 * Compares the workflows with the database: the same ids are open, and only open offboardings have a running workflow.
 * Returns the differences. Call it after the relay has run.
 */
export async function staleWorkflows(client: Client, pool: pg.Pool, { people }: Fixture): Promise<string[]> {
  const { rows } = await pool.query<{ id: number; state: string; sets: OpenIds }>(
    `select o.id, o.state, format('hardware %s; seats %s; requests %s',
       ${listed('assignments')}, ${listed('seats')}, ${listed('requests')}) as sets
     from offboardings o where o.user_id = any($1) order by o.id`,
    [people],
  );
  const problems = await Promise.all(
    rows.map(async ({ id, state, sets }) => {
      const known = await openIdsOf(client, id);
      const expected = state === 'open' ? sets : 'nothing, it has ended';
      return known === expected
        ? []
        : [`the workflow of offboarding ${id} knows ${known}, but there is ${expected}`];
    }),
  );
  return problems.flat();
}

const waitMs = 60_000;

/** Repeats `staleWorkflows` until it finds nothing or a minute has passed, because a workflow may wait for a worker. */
export async function staleWorkflowsAfterWait(
  client: Client,
  pool: pg.Pool,
  company: Fixture,
): Promise<string[]> {
  for (const end = Date.now() + waitMs; ; await pause(500)) {
    const problems = await staleWorkflows(client, pool, company).catch((error) => [String(error)]);
    if (problems.length === 0 || Date.now() > end) return problems;
  }
}

const listed = (table: string) =>
  `coalesce((select string_agg(id::text, ', ' order by id) from ${table} where user_id = o.user_id and live), 'none')`;

async function openIdsOf(client: Client, offboardingId: number): Promise<OpenIds> {
  const handle = client.workflow.getHandle(offboardingWorkflowId(offboardingId));
  try {
    const { status } = await handle.describe();
    if (status.name !== 'RUNNING') return 'nothing, it has ended';
    const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    return openIdsIn(currentDetails);
  } catch (error) {
    // The workflow was never started.
    if (error instanceof WorkflowNotFoundError) return 'nothing, it has ended';
    throw error;
  }
}

/** Reads the table in the details that the Temporal UI shows. */
function openIdsIn(details: string): OpenIds {
  const row = (what: string) =>
    new RegExp(`^\\| ${what}[^|]*\\| \\d+ \\| ([^|]*) \\|$`, 'm').exec(details)?.[1]?.replace('–', 'none');
  return `hardware ${row('hardware')}; seats ${row('software')}; requests ${row('requests')}`;
}
