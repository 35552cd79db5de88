import { toRefusal } from './constraints.ts';
import type { EntityManager } from './orm.ts';
import { withRetries } from './retrying.ts';

/**
 * Runs `work` in one transaction of a new entity manager, and retries it on deadlocks. Throws the Refusal or
 * InvalidInput of a broken constraint.
 */
export async function inTransaction<T>(
  em: EntityManager,
  work: (em: EntityManager) => Promise<T>,
): Promise<T> {
  try {
    return await withRetries(() => em.fork().transactional(work));
  } catch (error) {
    throw toRefusal(error);
  }
}
