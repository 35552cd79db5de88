import { createBulkAction, type NewBulkAction } from '../../database/bulk/actions.ts';
import { executeBulkAction } from '../../database/bulk/execute.ts';
import type { BulkResult } from '../../domain/bulk.ts';
import { NoAnswerYet, NotStarted } from '../../engine/console-client.ts';
import type { Services } from '../http/services.ts';

/** Executes a bulk action once, while the person waits, and returns its id. A repeated form gets the first one's id. */
export async function runBulkAction(
  { database, engine, log }: Services,
  action: NewBulkAction,
): Promise<number> {
  const { id, isNew } = await createBulkAction(database.em, action);
  if (!isNew) return id;
  await executeBulkAction(database.em, id, {
    revokeByWorkflow: engine.revokeSeat,
    resultOf(error) {
      const result = resultOf(error);
      if (result !== null) return result;
      log.error({ err: error, bulkId: id }, 'An item of a bulk action failed');
      return { outcome: 'refused', reason: 'That failed. Try this one on its own.' };
    },
  });
  return id;
}

function resultOf(error: unknown): BulkResult | null {
  if (error instanceof NotStarted) return { outcome: 'refused', reason: error.message };
  if (error instanceof NoAnswerYet)
    return { outcome: 'unanswered', reason: 'Still working. This can take up to a minute.' };
  return null;
}
