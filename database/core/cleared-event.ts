import { isClear } from '../../domain/offboarding/checklist.ts';
import type { ChangedFact } from '../../domain/offboarding/snapshot.ts';
import type { Change } from './change-types.ts';
import { openCountsOf } from './checklist-sql.ts';
import { publish } from './webhook-events.ts';

const itemFacts: readonly ChangedFact[] = ['hardware', 'seats', 'requests'];

/**
 * Publishes `offboarding.cleared` when the change removed the leaver's last open item. It needs no stored flag, because
 * only the removal of the last item changes items and leaves none open.
 */
export async function publishWhenCleared(change: Change, facts: ReadonlySet<ChangedFact>): Promise<void> {
  const { em, user, offboarding } = change;
  if (offboarding?.state !== 'open' || !itemFacts.some((fact) => facts.has(fact))) return;
  await em.flush();
  if (!isClear(await openCountsOf(em, user.id))) return;
  publish(change, { type: 'offboarding.cleared', offboarding, at: new Date() });
}
