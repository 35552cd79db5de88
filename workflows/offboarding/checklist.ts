import type { OpenCounts } from '../../domain/offboarding/checklist.ts';
import { databaseStep } from '../activity-proxies.ts';
import { countsIn, type OffboardingState } from './state.ts';

/** Reads the checklist afresh and returns the counts that were read together. */
export async function readChecklist(leaver: OffboardingState): Promise<OpenCounts> {
  const apply = leaver.startRead();
  const snapshot = await databaseStep('Read open items').readSnapshot(leaver.offboardingId);
  if (snapshot === null) {
    leaver.markMissing();
    return leaver.counts;
  }
  apply(snapshot);
  return countsIn(snapshot);
}
