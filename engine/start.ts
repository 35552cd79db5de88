import type { WorkflowClient } from '@temporalio/client';
import { type RowKind, type RowOf, rowWorkflows, taskQueue } from './contract.ts';

/** Starts the workflow of a row unless it runs. */
export async function startUnlessRunning<Kind extends RowKind>(
  client: Pick<WorkflowClient, 'start'>,
  kind: Kind,
  row: RowOf[Kind],
  queue = taskQueue,
): Promise<void> {
  const { type, start } = rowWorkflows[kind];
  await client.start(type, start(row, queue));
}
