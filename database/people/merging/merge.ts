import { sql } from 'kysely';
import { may } from '../../../domain/access/permissions.ts';
import type { Actor } from '../../../domain/actor.ts';
import { reportAbove } from '../../../domain/merging.ts';
import { maySignIn } from '../../../domain/user-status.ts';
import { revokeAllAccess } from '../../access/revoke-access.ts';
import { refuseLastSuperAdmin } from '../../access/super-admins.ts';
import { changeOf } from '../../core/change.ts';
import type { Change } from '../../core/change-types.ts';
import type { EntityManager } from '../../core/orm.ts';
import { sqlOf } from '../../core/tables.ts';
import { inTransaction } from '../../core/transaction.ts';
import { mergeAccounts } from '../../directory/merge-accounts.ts';
import type { Offboarding, User } from '../../entities/index.ts';
import { moveOwned, releaseOwned } from '../../offboarding/handling/owned.ts';
import { cancelOpenOffboarding } from '../../offboarding/offboardings.ts';
import { chainsAbove, lockManagers } from '../manager-chain.ts';
import { applyUserChanges, type UserFields } from '../users.ts';
import { type Merging, mergingOf, refuseMerge } from './merge-rules.ts';
import { type Moved, moveIdentities, moveItems } from './moves.ts';

/**
 * Merges the record `goneId` into `keptId`, because they are one person, and returns what moved. The record that goes
 * keeps its trail and its closed offboardings. Its open items, direct reports and outside ids go to the one that stays.
 * Its open offboarding is cancelled; the other record takes the end date if it is not leaving.
 *
 * One transaction with both rows, their reports and, for a super-admin, all super-admins locked in the order of ids.
 * Throws a Refusal while a completion is running, after one, and for an actor of too low a rank. Throws InvalidInput for
 * an end date before the start date of the record that stays. Throws Merged and NotFound.
 */
export const mergePeople = (
  em: EntityManager,
  actor: Actor,
  goneId: number,
  keptId: number,
  now = new Date(),
): Promise<Moved> =>
  inTransaction(em, async (transaction) => {
    await lockManagers(transaction);
    const merging = await mergingOf(transaction, goneId, keptId);
    await refuseMerge(transaction, merging, actor);
    const chains = await chainsAbove(transaction, [goneId, keptId]);
    const other = reportAbove(chains, goneId, keptId);
    await endGone(transaction, merging, actor, now);
    const moved = await moveItems(transaction, actor, { goneId, keptId, other });
    if (other?.reportId === keptId) merging.kept.managerId = other.managerId;
    await mergeAccounts(transaction, merging.gone, merging.kept);
    await moveIdentities(transaction, merging.gone, keptId);
    await changeKept(transaction, merging, actor, moved, now);
    return moved;
  });

/**
 * What the record that stays takes over: when the person leaves, if only the other record says so, or if only a directory
 * says otherwise.
 */
function takenBy({ gone, kept, goneOffboarding, keptOffboarding }: Merging): Partial<UserFields> {
  const keptGivesWay = isDirectorys(kept, keptOffboarding) && !isDirectorys(gone, goneOffboarding);
  const isMarked = gone.status === 'offboarded' && goneOffboarding !== null && keptOffboarding === null;
  return {
    ...(gone.endDate && (!kept.endDate || keptGivesWay) && { endDate: gone.endDate }),
    ...(isMarked && { status: 'offboarded' as const }),
  };
}

/** Whether a directory alone stated the end date. */
const isDirectorys = (user: User, offboarding: Offboarding | null): boolean =>
  offboarding?.openedByDirectory === true && !user.hrStated.includes('endDate');

/** The end date that the record takes stays that of HR, or of the directory. */
function takeWhoStatedIt({ user, offboarding }: Change, { gone, goneOffboarding, keptOffboarding }: Merging) {
  if (gone.hrStated.includes('endDate')) user.hrStated = [...new Set([...user.hrStated, 'endDate' as const])];
  if (offboarding && keptOffboarding === null)
    offboarding.openedByDirectory = isDirectorys(gone, goneOffboarding);
}

/** Cancels the offboarding and all access of the record that goes. Its row is emptied when its items have moved. */
const endGone = (em: EntityManager, { gone, kept, goneOffboarding }: Merging, actor: Actor, now: Date) =>
  changeOf(em, { user: gone, offboarding: goneOffboarding }, actor, async (change) => {
    await refuseLastSuperAdmin(change);
    cancelOpenOffboarding(change, now, 'merged');
    revokeAllAccess(change, now);
    if (maySignIn(kept) && may(kept.role, 'offboard')) await moveOwned(change, kept.id);
    releaseOwned(change);
    change.record('user.merged', {
      keptUserId: kept.id,
      externalId: gone.externalId ?? null,
      email: gone.email ?? null,
      role: gone.role === 'employee' ? null : gone.role,
      endDate: gone.endDate ?? null,
    });
    change.changed('lastDay', 'hardware', 'seats', 'requests');
    await em.flush();
  });

const changeKept = (em: EntityManager, merging: Merging, actor: Actor, moved: Moved, now: Date) =>
  changeOf(em, { user: merging.kept, offboarding: merging.keptOffboarding }, actor, async (change) => {
    const { gone, kept } = merging;
    const { externalId = null, email = null } = gone;
    change.record('user.merged_in', { mergedUserId: gone.id, externalId, email, ...moved });
    change.changed(...factsOf(moved));
    await takeIdentifiers(em, gone, kept);
    const taken = takenBy(merging);
    await applyUserChanges(change, taken, now);
    if (taken.endDate !== undefined) takeWhoStatedIt(change, merging);
    takeOwner(change, merging.goneOffboarding);
  });

/** The offboarding of the record that stays takes the owner of the other one, if it has none. */
function takeOwner({ offboarding, user, record }: Change, goneOffboarding: Offboarding | null) {
  const ownerId = goneOffboarding?.ownerId ?? null;
  if (ownerId === null || ownerId === user.id || offboarding?.state !== 'open' || offboarding.ownerId) return;
  offboarding.ownerId = ownerId;
  record('offboarding.owner_changed', { offboardingId: offboarding.id, from: null, to: ownerId });
}

const factsOf = ({ hardware, seats, requests }: Moved) => [
  ...(hardware > 0 ? (['hardware'] as const) : []),
  ...(seats > 0 ? (['seats'] as const) : []),
  ...(requests > 0 ? (['requests'] as const) : []),
];

/** The record that stays takes an external id and an address that it has not, unless another person has an equal one. */
async function takeIdentifiers(em: EntityManager, gone: User, kept: User) {
  const { rows } = await sql<{ byId: number | null; byEmail: number | null }>`
    select person_with_external_id(${gone.externalId ?? null}::text) as "byId",
      person_with_email(${gone.email ?? null}::text) as "byEmail"`.execute(sqlOf(em));
  const { byId, byEmail } = rows[0]!;
  if (!kept.externalId && byId === kept.id) kept.externalId = gone.externalId ?? null;
  if (!kept.email && byEmail === kept.id) kept.email = gone.email ?? null;
}
