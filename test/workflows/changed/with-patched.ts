import { patched, sleep } from '@temporalio/workflow';
import { offboarding as released } from '../../../workflows/offboarding.ts';

/** The same change as it should be written: those that run go on as they began, new ones wait. */
export async function offboarding(run: Parameters<typeof released>[0]): Promise<void> {
  if (patched('wait-before-beginning')) await sleep('1s');
  return released(run);
}
