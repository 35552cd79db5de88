import type { AccountAttributes } from '../../domain/directory/account.ts';
import { echoedOf } from '../../domain/directory/echoed-attributes.ts';
import type { Change } from '../core/change-types.ts';
import type { DirectoryAccount } from '../entities/index.ts';
import { attributesOf } from './account-rows.ts';
import { applyView } from './deactivation.ts';
import { type Held, refuseUnlocked } from './locks.ts';
import { joinReports } from './managers.ts';
import { changePerson } from './person-fields.ts';

/** What a call writes. */
interface Written {
  account: DirectoryAccount;
  /** Null for a new account. */
  before: AccountAttributes | null;
  /** What the person's fields come from already; null for somebody known of whom the directory has stated nothing. */
  stored: AccountAttributes | null;
  next: AccountAttributes;
  held: Held;
}

/**
 * Writes what the directory says, with what follows for the person. After a completion only the account changes. Throws
 * RetryTransaction when the call needs other locks than it holds.
 */
export async function writeAccount(
  change: Change,
  { account, before, stored, next, held }: Written,
  now: Date,
): Promise<void> {
  refuseUnlocked(held, before, next);
  show(change, account, before === null);
  if (!change.user.offboardingCompletedAt) await changePerson(change, stored, next, now);
  const names = storeAttributes(account, next);
  const isFlipped = account.active !== next.active;
  await applyView(change, account, next.active, now);
  if (names.length > 0) change.record('account.updated', { attributes: names });
  if (before !== null && (names.length > 0 || isFlipped)) {
    account.version++;
    account.changedAt = now;
  }
  await joinReports(change, held.waiting, next, account.id);
}

/** Makes a new or deleted account a resource of the directory. */
function show({ user, record }: Change, account: DirectoryAccount, isNew: boolean): void {
  if (!isNew && !account.hiddenAt) return;
  record('account.created', { accountId: account.id });
  account.hiddenAt = null;
  user.inDirectory = !user.offboardingCompletedAt;
}

/** Stores all attributes except `active`, and returns the names of those that changed. */
function storeAttributes(account: DirectoryAccount, next: AccountAttributes): string[] {
  const names = differingNames(attributesOf(account), { ...next, active: account.active });
  const { userName, externalId, manager } = next;
  if (names.length > 0) Object.assign(account, { userName, externalId, manager, attributes: echoedOf(next) });
  return names;
}

const differingNames = (one: AccountAttributes, other: AccountAttributes): string[] =>
  (Object.keys(other) as (keyof AccountAttributes)[]).filter(
    (name) => JSON.stringify(sorted(one[name])) !== JSON.stringify(sorted(other[name])),
  );

/** PostgreSQL stores the keys of an object in another order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, sorted(inner)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
