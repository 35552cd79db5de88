import { createBulkAction, type NewBulkAction } from '../../database/bulk/actions.ts';
import { executeBulkAction } from '../../database/bulk/execute.ts';
import { itemFailed, mostAtOnce } from '../../domain/bulk.ts';
import { NoAnswerYet, NotStarted } from '../../engine/console-client.ts';
import type { Services } from '../http/services.ts';

/**
 * Executes a bulk action once and returns its id: a few items while the person waits, many by a workflow. A repeated form
 * gets the first one's id.
 */
export async function runBulkAction(
  { database, engine, log }: Services,
  action: NewBulkAction,
): Promise<number> {
  const { id, isNew } = await createBulkAction(database.em, action);
  if (!isNew || action.items.length > mostAtOnce) return id;
  await executeBulkAction(database.em, id, {
    revokeByWorkflow: engine.revokeSeat,
    resultOf(error) {
      // The workflow carries on with the same Update, and gets its answer.
      if (error instanceof NoAnswerYet) return null;
      if (error instanceof NotStarted) return { outcome: 'refused', reason: error.message };
      log.error({ err: error, bulkId: id }, 'An item in a bulk action failed');
      return itemFailed;
    },
  });
  return id;
}
