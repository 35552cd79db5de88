import { toRefusal } from './constraints.ts';
import type { EntityManager } from './orm.ts';
import { withRetries } from './retrying.ts';

/**
 * Runs `work` in one transaction of a fresh entity manager, anew when PostgreSQL gave way to another one. A broken
 * constraint comes out as the refusal it stands for.
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
