import { Context } from '@temporalio/activity';
import { endImport, executeBatch, type Progress } from '../database/imports/progress.ts';
import type { Dependencies } from './dependencies.ts';

/** The database steps of an import's workflow. They pass ids and counts only. */
export const importActivities = ({ database, log }: Dependencies) => ({
  /** Imports the next batch of lines, or ends the import after the last one. */
  async carryOnImport(importId: number): Promise<Progress> {
    const context = Context.current();
    return executeBatch(database.em, importId, {
      onStep() {
        context.heartbeat();
        context.cancellationSignal.throwIfAborted();
      },
      onDefect: (error, line) => log.error({ err: error, importId, line }, "A line couldn't be imported"),
    });
  },

  /** Ends an import that an operator has cancelled or that has failed. */
  async endImport(importId: number, state: 'cancelled' | 'failed'): Promise<void> {
    await endImport(database.em, importId, state);
  },
});
