import { sql } from 'kysely';
import { InvalidInput, Refusal } from '../../domain/failures.ts';
import { ownManager } from '../../domain/wording/refusals.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { User } from '../entities/index.ts';
import { isInChainOf } from './manager-chain.ts';

/**
 * Changes a person's manager. Throws InvalidInput for the person themselves and for one of their reports, and Refusal for
 * someone who has been offboarded. The foreign key refuses a manager whose completion commits concurrently.
 */
export async function changeManager(change: Change, to: number | null | undefined) {
  const { user, em } = change;
  const from = user.managerId ?? null;
  if (to === undefined || to === from) return;
  if (to === user.id) throw new InvalidInput({ managerId: ownManager });
  if (to !== null) await refuseManager(em, user, to);
  user.managerId = to;
  change.record('user.manager_changed', { from, to });
  change.changed();
}

async function refuseManager(em: EntityManager, user: User, managerId: number) {
  const { rows } = await sql<{ name: string; isGone: boolean; isReport: boolean }>`
    select name, offboarding_completed_at is not null as "isGone",
      ${isInChainOf(sql`${managerId}`, user.id)} as "isReport"
    from users where id = ${managerId}`.execute(sqlOf(em));
  const [manager] = rows;
  if (manager === undefined) throw new InvalidInput({ managerId: "We can't find this person." });
  if (manager.isGone) {
    throw new Refusal('manager-offboarded', `${manager.name} is offboarded. Choose someone else.`);
  }
  if (manager.isReport) {
    const words = `${manager.name} reports to ${user.name}, directly or indirectly. Choose someone else.`;
    throw new InvalidInput({ managerId: words });
  }
}
