import { condition, defineQuery, defineSignal, setHandler } from '@temporalio/workflow';
import type { OpenCounts } from '../../../domain/offboarding/checklist.ts';

/** An item was opened (+1) or closed (-1). */
export const changedBy = defineSignal<[kind: keyof OpenCounts, by: number]>('changedBy');
export const counters = defineQuery<OpenCounts>('counters');

/** A leaver's workflow with counters instead of snapshots: it adds up its signals. */
export async function counting(): Promise<void> {
  const counts: OpenCounts = { hardware: 0, software: 0, requests: 0 };
  setHandler(changedBy, (kind, by) => {
    counts[kind] += by;
  });
  setHandler(counters, () => counts);
  await condition(() => false);
}
