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
  /** Continue as new after so many batches, so that no history grows long. */
  continueAfter?: number;
}

/** A batch shows that it lives, so that another worker takes over soon when its own was killed. */
const { carryOnImport } = proxyActivities<Activities>({
  startToCloseTimeout: '5m',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '100ms', maximumInterval: '30s' },
  summary: 'Carry out a batch of lines',
});

/**
 * Carries the lines of a file out, batch by batch, until none is left or somebody has cancelled it. Which lines
 * are done is in the database, so that a new run goes on where another one ended.
 */
export async function csvImport(run: Run): Promise<void> {
  const { importId, continueAfter = 250 } = run;
  try {
    for (let batches = 0; batches < continueAfter && !workflowInfo().continueAsNewSuggested; batches++) {
      const { isOver, done, lines } = await carryOnImport(importId);
      setCurrentDetails(`${done} of ${lines} lines are done.`);
      if (isOver) return;
    }
  } catch (error) {
    if (isCancellation(error)) {
      await CancellationScope.nonCancellable(() =>
        databaseStep('End the import').endImport(importId, 'cancelled'),
      );
    } else if (failedForGood(error)) {
      return databaseStep('Say that the import cannot go on').endImport(importId, 'failed');
    }
    throw error;
  }
  await continueAsNew<typeof csvImport>(run);
}
