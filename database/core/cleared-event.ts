import { isClear } from '../../domain/offboarding/checklist.ts';
import type { ChangedFact } from '../../domain/offboarding-snapshot.ts';
import { openCountsOf } from '../offboarding/snapshots.ts';
import type { Change } from './change-types.ts';
import { publish } from './webhook-events.ts';

const itemsOf: readonly ChangedFact[] = ['hardware', 'seats', 'requests'];

/**
 * Publishes that a leaver has nothing left. A change of an item after which nothing is open is one that took the
 * last item away: so it is said once each time that happens, and nothing needs to be remembered.
 */
export async function publishWhenCleared(change: Change, facts: ReadonlySet<ChangedFact>): Promise<void> {
  const { em, user, offboarding } = change;
  if (offboarding?.state !== 'open' || !itemsOf.some((fact) => facts.has(fact))) return;
  await em.flush();
  if (!isClear(await openCountsOf(em, user.id))) return;
  publish(change, { type: 'offboarding.cleared', offboarding, at: new Date() });
}
