import { sql } from 'kysely';
import { personWithExternalId } from '../core/find-person.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { User } from '../entities/index.ts';
import { isInChainOf } from './manager-chain.ts';

/** The external id of a person's manager; null when they have none. */
export async function externalIdOfManager(em: EntityManager, { managerId }: User): Promise<string | null> {
  if (!managerId) return null;
  const { rows } = await sql<{ externalId: string | null }>`
    select external_id as "externalId" from users where id = ${managerId}`.execute(sqlOf(em));
  return rows[0]?.externalId ?? null;
}

/** Why a manager was stored differently than asked. */
interface ManagerWarning {
  field: 'managerExternalId';
  message: string;
}

interface Manager {
  id: number;
  externalId: string;
}

/**
 * The manager with this external id; undefined when none is named, or the named one cannot be stored. Locks the manager's
 * row until the end of the transaction, because a concurrent completion must not offboard the manager before this commits.
 */
export async function managerFor(
  em: EntityManager,
  user: User,
  externalId: string | null | undefined,
): Promise<{ manager: Manager | null | undefined; warnings: ManagerWarning[] }> {
  if (externalId == null) return { manager: externalId, warnings: [] };
  const { rows } = await sql<{ id: number; isOffboarded: boolean; isReport: boolean }>`
    select m.id, m.offboarding_completed_at is not null as "isOffboarded",
      ${isInChainOf(sql`m.id`, user.id)} as "isReport"
    from users m where m.id = ${personWithExternalId(externalId)} for key share`.execute(sqlOf(em));
  const [found] = rows;
  if (found === undefined) return notStored(user, 'No one has this external ID');
  if (found.id === user.id) return notStored(user, "A person can't be their own manager");
  if (found.isOffboarded) return { manager: null, warnings: [warning(offboardedManager)] };
  const isNews = found.id !== user.managerId;
  if (found.isReport && isNews)
    return notStored(user, 'This manager reports to them, directly or indirectly');
  return { manager: { id: found.id, externalId }, warnings: [] };
}

const offboardedManager = 'This manager is offboarded, so no manager was stored.';
const warning = (message: string): ManagerWarning => ({ field: 'managerExternalId', message });

function notStored(user: User, reason: string) {
  const effect = user.managerId ? 'their manager stays the same' : 'no manager was stored';
  return { manager: undefined, warnings: [warning(`${reason}, so ${effect}.`)] };
}
