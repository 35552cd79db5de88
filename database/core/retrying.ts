import { setTimeout as pause } from 'node:timers/promises';
import { isTransientConflict } from './postgres-errors.ts';

const tries = 5;

/** Runs a transaction again when PostgreSQL gave way to another one, at most five times, with jitter. */
export async function withRetries<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction();
    } catch (error) {
      if (attempt === tries || !(error instanceof TryAgain || isTransientConflict(error))) throw error;
      await pause(Math.random() * 20 * 2 ** attempt);
    }
  }
}

/** Thrown by a transaction that found the world changed under it and wants to begin anew. */
export class TryAgain extends Error {}
