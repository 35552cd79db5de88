import {
  CancellationScope,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { CsvImportInput } from '../engine/contract.ts';
import { databaseStep, failedForGood } from './activity-proxies.ts';

interface Run extends CsvImportInput {
  /** Continue as new after this many batches, because histories must stay short. */
  continueAfter?: number;
}

/** A batch sends heartbeats, so that another worker takes over soon. */
const { carryOnImport } = proxyActivities<Activities>({
  startToCloseTimeout: '5m',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '100ms', maximumInterval: '30s' },
  summary: 'Import a batch of lines',
});

/**
 * Executes the lines of a file, batch by batch, until none is left or the import is cancelled. The database knows which
 * lines are done, so a new run continues where the last one ended.
 */
export async function csvImport(run: Run): Promise<void> {
  const { importId, continueAfter = 250 } = run;
  try {
    for (let batches = 0; batches < continueAfter && !workflowInfo().continueAsNewSuggested; batches++) {
      const { isOver, done, lines } = await carryOnImport(importId);
      setCurrentDetails(`${done} of ${lines} lines done.`);
      if (isOver) return;
    }
  } catch (error) {
    if (isCancellation(error)) {
      await CancellationScope.nonCancellable(() =>
        databaseStep('Mark the import as cancelled').endImport(importId, 'cancelled'),
      );
    } else if (failedForGood(error)) {
      return databaseStep('Mark the import as failed').endImport(importId, 'failed');
    }
    throw error;
  }
  await continueAsNew<typeof csvImport>(run);
}
