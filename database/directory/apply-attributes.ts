import { sql } from 'kysely';
import type { AccountAttributes } from '../../domain/directory/account.ts';
import { severalPeople } from '../../domain/directory/account.ts';
import { type AccountFacts, factsOf } from '../../domain/directory/account-facts.ts';
import { echoedOf } from '../../domain/directory/echoed-attributes.ts';
import type { Change } from '../core/change-types.ts';
import { sqlOf } from '../core/tables.ts';
import type { DirectoryAccount } from '../entities/index.ts';
import { applyUserChanges, type UserFields } from '../people/users.ts';
import { attributesOf } from './account-rows.ts';
import { managerNamed } from './managers.ts';
import { askAboutAddress } from './questions.ts';

/**
 * Changes an account, and those fields of the person that the directory owns. Only what the directory says differently
 * than before changes the person, because others may have corrected it since. After a completion only the account changes.
 * `active` is not applied. `before` is null for a new account. Returns whether the account changed.
 */
export async function applyAttributes(
  change: Change,
  account: DirectoryAccount,
  before: AccountAttributes | null,
  next: AccountAttributes,
  now: Date,
): Promise<boolean> {
  const { user, record } = change;
  if (!user.offboardingCompletedAt) await changePerson(change, before, next, now);
  const differing = differingNames(attributesOf(account), { ...next, active: account.active });
  if (differing.length === 0) return before === null;
  const { userName, externalId, manager } = next;
  Object.assign(account, { userName, externalId, manager, attributes: echoedOf(next) });
  if (before !== null) record('account.updated', { attributes: differing });
  return true;
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

async function changePerson(
  change: Change,
  before: AccountAttributes | null,
  next: AccountAttributes,
  now: Date,
): Promise<void> {
  const { user } = change;
  const said = factsOf(next);
  const saidBefore = before && factsOf(before);
  const isNews = (field: keyof AccountFacts) => said[field] !== (saidBefore?.[field] ?? null);
  const changes: Partial<UserFields> = {};
  if (said.name !== null && isNews('name') && !isHrs(change, 'name')) changes.name = said.name;
  for (const field of ['jobTitle', 'department', 'timeZone'] as const)
    if (isNews(field) && !isHrs(change, field)) changes[field] = said[field];
  if (said.email !== null && isNews('email')) {
    await refuseTaken(change, said.email);
    if (user.role === 'employee') changes.email = said.email;
    else await askAboutAddress(change, next, said.email);
  }
  if (next.employeeNumber !== null && !user.externalId && (await isFree(change, next.employeeNumber)))
    changes.externalId = next.employeeNumber;
  if (next.manager !== (before?.manager ?? null) && !isHrs(change, 'manager'))
    changes.managerId = await managerNamed(change, next.manager);
  await applyUserChanges(change, changes, now);
}

const isHrs = ({ user }: Change, field: (typeof user.hrStated)[number]) => user.hrStated.includes(field);

/** Throws AccountConflict when another person has the address. */
async function refuseTaken({ em, user }: Change, email: string): Promise<void> {
  const { rows } = await sql<{ owner: number | null }>`select person_with_email(${email}) as owner`.execute(
    sqlOf(em),
  );
  const owner = rows[0]!.owner ?? user.id;
  if (owner !== user.id) throw severalPeople([user.id, owner]);
}

async function isFree({ em }: Change, externalId: string): Promise<boolean> {
  const { rows } = await sql<{ isFree: boolean }>`
    select person_with_external_id(${externalId}) is null as "isFree"`.execute(sqlOf(em));
  return rows[0]!.isFree;
}
