import { condition, defineQuery, defineSignal, setHandler } from '@temporalio/workflow';
import type { OpenCounts } from '../../../domain/offboarding/checklist.ts';

/** Something was added to what is open, or taken from it. */
export const changedBy = defineSignal<[kind: keyof OpenCounts, by: number]>('changedBy');
export const counters = defineQuery<OpenCounts>('counters');

/** A leaver's process as it would be with counters: it adds up what it hears. */
export async function counting(): Promise<void> {
  const counts: OpenCounts = { hardware: 0, software: 0, requests: 0 };
  setHandler(changedBy, (kind, by) => {
    counts[kind] += by;
  });
  setHandler(counters, () => counts);
  await condition(() => false);
}
