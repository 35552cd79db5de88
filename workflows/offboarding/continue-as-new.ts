import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { OffboardingInput } from '../../engine/contract.ts';
import type { Carried, OffboardingState } from './state.ts';
import type { Visibility } from './visibility.ts';

/** What a run of a leaver's workflow starts with. */
export interface Run extends OffboardingInput {
  /** The state that the run before handed over. */
  carried?: Carried;
  /** Continue as new after this many events, before Temporal suggests it: tests set it. */
  continueAfter?: number;
}

/** Returns a function that tells whether the history is so long that the workflow should continue as new. */
export const historyLimit =
  ({ continueAfter = Number.POSITIVE_INFINITY }: Run) =>
  (): boolean => {
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    return continueAsNewSuggested || historyLength >= continueAfter;
  };

/** Starts a new run with an empty history and the same state. Returns when the offboarding has closed meanwhile. */
export async function continueAsNewRun(
  { snapshot: _, ...input }: Run,
  leaver: OffboardingState,
  visibility: Visibility,
): Promise<void> {
  await condition(allHandlersFinished);
  if (!leaver.isOpen) return;
  visibility.publish();
  await continueAsNew<(input: Run) => Promise<void>>({ ...input, carried: leaver.toCarry() });
}
