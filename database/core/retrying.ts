import { setTimeout as pause } from 'node:timers/promises';
import { isTransientConflict } from './postgres-errors.ts';

const maxAttempts = 5;

/** Runs a transaction up to 5 times, with jitter, while it ends in a deadlock or another transient conflict. */
export async function withRetries<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction();
    } catch (error) {
      if (attempt === maxAttempts || !(error instanceof RetryTransaction || isTransientConflict(error)))
        throw error;
      await pause(Math.random() * 20 * 2 ** attempt);
    }
  }
}

/** A transaction throws it to be retried, because rows changed before it locked them. */
export class RetryTransaction extends Error {}
