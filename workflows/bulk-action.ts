import { continueAsNew, proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { BulkActionInput } from '../engine/contract.ts';
import { databaseStep, failedForGood } from './activity-proxies.ts';

interface Run extends BulkActionInput {
  /** Continue as new after this many batches, because histories must stay short. */
  continueAfter?: number;
}

/** A batch sends heartbeats, so that another worker takes over soon. */
const { carryOnBulkAction } = proxyActivities<Activities>({
  startToCloseTimeout: '5m',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '100ms', maximumInterval: '30s' },
  summary: 'Run a batch of items',
});

/**
 * Executes the items of a bulk action, batch by batch, until none waits. The database knows which items have a result,
 * so a new run continues where the last one ended.
 */
export async function bulkAction(run: Run): Promise<void> {
  const { bulkId, continueAfter = 250 } = run;
  try {
    for (let batches = 0; batches < continueAfter && !workflowInfo().continueAsNewSuggested; batches++) {
      const { isOver, done, items } = await carryOnBulkAction(bulkId);
      setCurrentDetails(`${done} of ${items} items done.`);
      if (isOver) return;
    }
  } catch (error) {
    if (failedForGood(error))
      return databaseStep('Mark the pending items as failed').abandonBulkAction(bulkId);
    throw error;
  }
  await continueAsNew<typeof bulkAction>(run);
}
