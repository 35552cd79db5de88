import { sleep } from '@temporalio/workflow';
import { offboarding as released } from '../../../workflows/offboarding.ts';

/** An offboarding workflow with a new wait at its start: running workflows cannot replay it. */
export async function offboarding(run: Parameters<typeof released>[0]): Promise<void> {
  await sleep('1s');
  return released(run);
}
