import { Context } from '@temporalio/activity';
import { endImport, executeBatch, type Progress } from '../database/imports/progress.ts';
import type { Dependencies } from './dependencies.ts';

/** What an import's process asks of the database; ids and counts only. */
export const importActivities = ({ database, log }: Dependencies) => ({
  /** Carries an import on by one batch of lines, or ends it. */
  async carryOnImport(importId: number): Promise<Progress> {
    const context = Context.current();
    return executeBatch(database.em, importId, {
      onStep() {
        context.heartbeat();
        context.cancellationSignal.throwIfAborted();
      },
      onDefect: (error, line) => log.error({ err: error, importId, line }, 'A line could not be carried out'),
    });
  },

  /** Ends an import that an operator has cancelled, or that cannot go on until somebody tries again. */
  async endImport(importId: number, state: 'cancelled' | 'failed'): Promise<void> {
    await endImport(database.em, importId, state);
  },
});
