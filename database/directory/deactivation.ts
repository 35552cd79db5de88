import { endDateOnCompletion } from '../../domain/offboarding/completion.ts';
import { revokeAllAccess } from '../access/revoke-access.ts';
import { isLastSuperAdmin } from '../access/super-admins.ts';
import type { Change } from '../core/change-types.ts';
import { todayOf, workspaceOf } from '../core/workspace.ts';
import type { DirectoryAccount } from '../entities/index.ts';
import { releaseOwned } from '../offboarding/handling/owned.ts';
import { cancelOpenOffboarding, changeEndDate } from '../offboarding/offboardings.ts';
import { hold, withdraw } from './hold.ts';
import { isBeyondLimit } from './limit.ts';

/**
 * Stores whether the directory says that a person is active, with what follows from it. An equal view changes nothing. For
 * a deactivation the caller holds `lockDeactivations` and `lockWithSuperAdmins`. It never waits for a completion's gate,
 * and is never refused.
 */
export async function applyView(
  change: Change,
  account: DirectoryAccount,
  active: boolean,
  now: Date,
): Promise<void> {
  if (active === account.active) return;
  account.active = active;
  if (active) await activate(change, account, now);
  else await deactivate(change, account, now);
}

async function deactivate(change: Change, account: DirectoryAccount, now: Date): Promise<void> {
  const { user, record } = change;
  record('account.deactivated');
  if (await isJoiner(change, account, now)) return endAccess(change, now);
  account.deactivatedAt = now;
  if (user.offboardingCompletedAt) return;
  if (await isLastSuperAdmin(change)) return hold(change, 'last-super-admin', now);
  const isHeld = await isBeyondLimit(change, now);
  if (isHeld) hold(change, 'limit', now);
  if (isHeld && user.role === 'super-admin') return;
  endAccess(change, now);
  if (!isHeld) await beginLeaving(change, now);
}

/**
 * Whether the directory has added somebody of HR before their first day, as many do, and has not made them active yet. They
 * do not leave, and the limit does not count them.
 */
async function isJoiner({ user, em }: Change, account: DirectoryAccount, now: Date): Promise<boolean> {
  if (account.activatedAt || !user.startDate || user.role === 'super-admin') return false;
  return !user.offboardingCompletedAt && user.startDate > todayOf(user, await workspaceOf(em), now);
}

/** Ends sessions, links and tokens, and what the person owns, in the statement of the change. */
export function endAccess(change: Change, now: Date): void {
  change.user.directoryInactive = true;
  change.changed();
  revokeAllAccess(change, now);
  releaseOwned(change);
}

/**
 * Opens an offboarding that ends today in the person's zone, unless someone has stated already when they leave. One that was
 * opened only for a completion has no date either.
 */
export async function beginLeaving(change: Change, now: Date): Promise<void> {
  const { user, offboarding, em } = change;
  if (user.endDate || (offboarding !== null && !offboarding.openedForCompletionAt)) return;
  const today = todayOf(user, await workspaceOf(em), now);
  await changeEndDate(change, endDateOnCompletion(user.startDate, today), now);
  if (change.offboarding !== null) change.offboarding.openedByDirectory = true;
}

async function activate(change: Change, account: DirectoryAccount, now: Date): Promise<void> {
  const { user, record } = change;
  account.activatedAt = now;
  const isCancelled = !user.offboardingCompletedAt && isDirectorysAlone(change);
  record('account.activated', { isCancelled });
  if (user.offboardingCompletedAt) return;
  await withdraw(change);
  user.directoryInactive = false;
  change.changed();
  if (!isCancelled) return;
  if (user.endDate) await changeEndDate(change, null, now);
  else cancelOpenOffboarding(change, now);
}

/** Whether the directory alone stated that the person leaves. */
const isDirectorysAlone = ({ user, offboarding }: Change): boolean =>
  offboarding?.openedByDirectory === true &&
  !user.hrStated.includes('endDate') &&
  user.status !== 'offboarded';
