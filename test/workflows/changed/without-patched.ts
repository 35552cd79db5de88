import { sleep } from '@temporalio/workflow';
import { offboarding as released } from '../../../workflows/offboarding.ts';

/** A leaver's process that waits before it begins, as if somebody had written that in: those that run cannot follow. */
export async function offboarding(run: Parameters<typeof released>[0]): Promise<void> {
  await sleep('1s');
  return released(run);
}
