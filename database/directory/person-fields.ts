import { sql } from 'kysely';
import { type AccountAttributes, severalPeople } from '../../domain/directory/account.ts';
import { type AccountFacts, factsOf } from '../../domain/directory/account-facts.ts';
import type { Change } from '../core/change-types.ts';
import { sqlOf } from '../core/tables.ts';
import { applyUserChanges, type UserFields } from '../people/users.ts';
import { managerNamed } from './managers.ts';
import { askAboutAddress, forgetAddress } from './questions.ts';

/**
 * Changes those fields of a person that the directory owns. Only what the directory says differently than before changes
 * the person, because others may have corrected it since. `before` is null when it has stated nothing. Throws AccountConflict
 * for the address of another person.
 */
export async function changePerson(
  change: Change,
  before: AccountAttributes | null,
  next: AccountAttributes,
  now: Date,
): Promise<void> {
  const { user } = change;
  const stated = factsOf(next);
  const statedBefore = before && factsOf(before);
  const isNews = (field: keyof AccountFacts) => stated[field] !== (statedBefore?.[field] ?? null);
  const changes: Partial<UserFields> = {};
  if (stated.name !== null && isNews('name') && !isHrs(change, 'name')) changes.name = stated.name;
  for (const field of ['jobTitle', 'department', 'timeZone'] as const)
    if (isNews(field) && !isHrs(change, field)) changes[field] = stated[field];
  if (stated.email !== null && isNews('email')) {
    await refuseTaken(change, stated.email);
    await forgetAddress(change);
    if (user.role === 'employee') changes.email = stated.email;
    else await askAboutAddress(change, next, stated.email);
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
