import { patched, sleep } from '@temporalio/workflow';
import { offboarding as released } from '../../../workflows/offboarding.ts';

/** The same change behind `patched`: running workflows replay as before, and new ones wait. */
export async function offboarding(run: Parameters<typeof released>[0]): Promise<void> {
  if (patched('wait-before-beginning')) await sleep('1s');
  return released(run);
}
