import { Context } from '@temporalio/activity';
import {
  isGrpcServiceError,
  ServiceError,
  WithStartWorkflowOperation,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { abandonBulkAction, type BulkProgress, executeBulkAction } from '../database/bulk/execute.ts';
import type { WorkflowRevocation } from '../database/inventory/revoke-by-workflow.ts';
import type { Actor } from '../domain/actor.ts';
import { type BulkResult, itemFailed } from '../domain/bulk.ts';
import { offboardingStart, offboardingWorkflow, revokeSeat } from '../engine/contract.ts';
import type { Dependencies } from './dependencies.ts';
import { withHeartbeat } from './heartbeat.ts';

/** How long an Update may take. Its item waits for the next batch then, and gets the answer to the same Update. */
const updateTimeoutMs = 5_000;

/** The steps of a bulk action's workflow. They pass ids and counts only. */
export const bulkActivities = ({ database, log }: Dependencies) => ({
  /** Executes the next batch of items, or ends the action after the last one. */
  carryOnBulkAction: (bulkId: number): Promise<BulkProgress> =>
    withHeartbeat(() =>
      executeBulkAction(database.em, bulkId, {
        revokeByWorkflow,
        resultOf(error) {
          if (mayStillHappen(error)) return null;
          const result = refusalOf(error);
          if (result === null) log.error({ err: error, bulkId }, 'An item in a bulk action failed');
          return result ?? itemFailed;
        },
      }),
    ),

  /** Ends an action whose batches keep failing. */
  async abandonBulkAction(bulkId: number): Promise<void> {
    await abandonBulkAction(database.em, bulkId);
  },
});

/** Whether Temporal gave no answer, so that the Update may still be executed. */
const mayStillHappen = (error: unknown): boolean =>
  error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
  error instanceof ServiceError ||
  isGrpcServiceError(error);

const refusalOf = (error: unknown): BulkResult | null =>
  error instanceof WorkflowUpdateFailedError
    ? { outcome: 'refused', reason: error.cause?.message ?? error.message }
    : null;

/** Revokes a seat by an Update to the leaver's workflow, as the console does. */
const revokeByWorkflow: WorkflowRevocation<{ actor: Actor; token: string }> = (
  offboardingId,
  seatId,
  { actor, token },
) => {
  const { client } = Context.current();
  return client.withDeadline(Date.now() + updateTimeoutMs, () =>
    client.workflow.executeUpdateWithStart(revokeSeat, {
      args: [{ actor, seatId, requestedAt: Date.now() }],
      updateId: token,
      startWorkflowOperation: new WithStartWorkflowOperation(
        offboardingWorkflow,
        offboardingStart({ offboardingId }),
      ),
    }),
  );
};
