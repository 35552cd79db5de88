import { sql } from 'kysely';
import { removalsBetween } from '../../domain/access/removals.ts';
import type { Actor } from '../../domain/actor.ts';
import { fromHr } from '../../domain/directory/owned-fields.ts';
import { erasedWarning } from '../../domain/erasure.ts';
import { InvalidInput, NotFound } from '../../domain/failures.ts';
import { outdated, withTimestamp } from '../../domain/source-timestamps.ts';
import { emailInUse } from '../../domain/wording/refusals.ts';
import { lockWithSuperAdmins } from '../access/super-admins.ts';
import { countRemovals } from '../access/token-limit.ts';
import { changeWithin, type Person } from '../core/change.ts';
import type { Change } from '../core/change-types.ts';
import { personWithExternalId } from '../core/find-person.ts';
import type { EntityManager } from '../core/orm.ts';
import { RetryTransaction } from '../core/retrying.ts';
import { sqlOf } from '../core/tables.ts';
import type { User } from '../entities/index.ts';
import { type ApiUser, toApiUser } from './api-users.ts';
import { externalIdOfManager, managerFor } from './desired-manager.ts';
import { lockManagers } from './manager-chain.ts';
import { ownershipOf } from './ownership.ts';
import { storedEmail } from './stored-email.ts';
import { applyUserChanges, type UserFields } from './users.ts';

/** The state of a person that an HR system sends. Fields that it does not send are left out. */
export type DesiredUser = Partial<Omit<UserFields, 'externalId' | 'managerId'>> & {
  managerExternalId?: string | null | undefined;
};

/** The body of PUT, which needs a name. */
export type NewDesiredUser = DesiredUser & Pick<UserFields, 'name'>;

type Field = keyof DesiredUser;

/** The conditions for applying a desired state. */
export interface Preconditions {
  /** When the source wrote the state, as `sourceTimestamp` returns it. Fields with a newer known value are ignored. */
  sourceUpdatedAt?: string | undefined;
  /** Checks the current person under the lock (null when there is none). It throws to prevent the change. */
  expect?: ((current: ApiUser | null) => void) | undefined;
  /** The API token whose limit applies to what the call takes away. */
  tokenId?: number | undefined;
}

/** A field that was stored differently than asked; null when nothing of the call was stored. */
interface Warning {
  field: Field | null;
  message: string;
}

/** The result of applying a desired state. */
export interface Applied {
  created: boolean;
  user: ApiUser;
  warnings: Warning[];
  /** Fields for which the source had already sent a newer value. */
  ignored: Field[];
}

/**
 * Changes the named fields of the person with this external id, inside the transaction of `em`. An offboarded manager is
 * stored as null with a warning, because a nightly sync must neither restore that manager nor fail every night. A manager
 * who is unknown, the person themselves, or one of their reports changes nothing and gets a warning, because a call
 * must not lose an end date through it.
 * Throws NotFound, the errors of `preconditions.expect`, RemovalRefusal, and the errors of `updateUser`.
 */
export async function patchUser(
  em: EntityManager,
  actor: Actor,
  externalId: string,
  desired: DesiredUser,
  preconditions: Preconditions = {},
): Promise<Applied> {
  const isLocked = await lockForManager(em, externalId, desired);
  if (mayEndAccess(desired)) await lockSuperAdminsWith(em, externalId);
  return applyTo(em, actor, { externalId }, () => desired, preconditions, isLocked);
}

/**
 * Replaces the person with this external id, or adds them. Someone with the address whom only a directory knows is the same
 * person, and gets the external id. Fields that are not named become null, except the end date
 * and the status, because a source that does not send them must cancel no offboarding. For a completed person, the
 * manager stays too unless it is named. Otherwise like `patchUser`.
 */
export async function putUser(
  em: EntityManager,
  actor: Actor,
  externalId: string,
  desired: NewDesiredUser,
  preconditions: Preconditions = {},
): Promise<Applied> {
  if ((await idOf(em, externalId)) === null) {
    preconditions.expect?.(null);
    const known = await idInDirectory(em, desired.email);
    if (known !== null) return applyToKnown(em, actor, known, externalId, desired, preconditions);
    const id = await insertPerson(em, externalId, desired);
    if (id !== null) return applyToNewUser(em, actor, id, desired, preconditions);
    // A concurrent call added the same person first, and a directory may have done it without HR's id.
    if ((await idOf(em, externalId)) === null) {
      if ((await idInDirectory(em, desired.email)) !== null) throw new RetryTransaction();
      throw new InvalidInput({ email: emailInUse });
    }
  }
  const isLocked = await lockForManager(em, externalId, desired);
  if (mayEndAccess(desired)) await lockSuperAdminsWith(em, externalId);
  const withTheRest = (user: User) => withTheRestEmpty(desired, user);
  return applyTo(em, actor, { externalId }, withTheRest, preconditions, isLocked);
}

/**
 * Takes the lock for managers if the call would change one; returns whether it did. Reads without a lock, so that a
 * nightly sync of equal values does not queue.
 */
async function lockForManager(
  em: EntityManager,
  externalId: string,
  { managerExternalId }: DesiredUser,
): Promise<boolean> {
  if (managerExternalId == null) return false;
  const { rows } = await sql`
    select from users u join users m on m.id = u.manager_id
    where u.external_id = ${externalId} and m.external_id = ${managerExternalId}`.execute(sqlOf(em));
  if (rows.length > 0) return false;
  await lockManagers(em);
  return true;
}

/** Whether the super-admins must be locked, because the last one may lose access. */
const mayEndAccess = ({ status }: DesiredUser) => status !== undefined && status !== 'active';

async function lockSuperAdminsWith(em: EntityManager, externalId: string) {
  const id = await idOf(em, externalId);
  if (id === null) throw new NotFound('person');
  await lockWithSuperAdmins(em, id);
}

async function idOf(em: EntityManager, externalId: string): Promise<number | null> {
  const { rows } = await sql<{ id: number | null }>`
    select ${personWithExternalId(externalId)} as id`.execute(sqlOf(em));
  return rows[0]!.id;
}

/**
 * Waits for a concurrent transaction that adds the same person. Returns null when that one commits, and when somebody has
 * the address.
 */
async function insertPerson(
  em: EntityManager,
  externalId: string,
  { name, email, department, jobTitle, startDate, timeZone }: NewDesiredUser,
): Promise<number | null> {
  const { rows } = await sql<{ id: number }>`
    insert into users (external_id, name, email, department, job_title, start_date, time_zone)
    values (${externalId}, ${name}, ${email == null ? null : storedEmail(email)}, ${department}, ${jobTitle}, ${startDate}, ${timeZone})
    on conflict do nothing returning id`.execute(sqlOf(em));
  return rows[0]?.id ?? null;
}

/** Adds null for the fields that PUT leaves out and clears. */
const withTheRestEmpty = (desired: DesiredUser, user: User): DesiredUser => ({
  email: null,
  department: null,
  jobTitle: null,
  startDate: null,
  timeZone: null,
  ...(user.offboardingCompletedAt ? {} : { managerExternalId: null }),
  ...desired,
});

/** The person with this address whom a directory has added and HR does not know yet. */
async function idInDirectory(em: EntityManager, email: string | null | undefined): Promise<number | null> {
  if (email == null) return null;
  const { rows } = await sql<{ id: number }>`
    select id from users where id = person_with_email(${email}) and in_directory and external_id is null`.execute(
    sqlOf(em),
  );
  return rows[0]?.id ?? null;
}

/** Gives somebody of the directory HR's id. Throws RetryTransaction when they have got one meanwhile. */
async function applyToKnown(
  em: EntityManager,
  actor: Actor,
  id: number,
  externalId: string,
  desired: NewDesiredUser,
  { expect: _, ...preconditions }: Preconditions,
): Promise<Applied> {
  if (desired.managerExternalId != null) await lockManagers(em);
  if (mayEndAccess(desired)) await lockWithSuperAdmins(em, id);
  const withTheRest = (user: User) => withTheRestEmpty(desired, user);
  return applyTo(em, actor, id, withTheRest, preconditions, true, ({ user, record, changed }) => {
    if (user.externalId) throw new RetryTransaction();
    user.externalId = externalId;
    changed();
    record('user.updated', { fields: ['externalId'], from: [''], to: [externalId] });
  });
}

async function applyToNewUser(
  em: EntityManager,
  actor: Actor,
  id: number,
  desired: NewDesiredUser,
  { sourceUpdatedAt }: Preconditions,
): Promise<Applied> {
  const applied = await applyTo(
    em,
    actor,
    id,
    (user) => withTheRestEmpty(desired, user),
    { sourceUpdatedAt },
    true,
    ({ user, record }) => record('user.created', { name: user.name, email: user.email ?? null }),
  );
  return { ...applied, created: true };
}

/**
 * Checks the preconditions under the lock of the person's row, drops stale fields and applies the rest. `mayManage`
 * says that the manager may change: the lock for managers is held, or the person is new and no one reports to them.
 */
async function applyTo(
  em: EntityManager,
  actor: Actor,
  person: Person,
  desiredOf: (user: User) => DesiredUser,
  { sourceUpdatedAt, expect, tokenId }: Preconditions,
  mayManage: boolean,
  beforeChanges?: (change: Change) => void,
): Promise<Applied> {
  const { user, managerExternalId, ...report } = await changeWithin(em, person, actor, async (change) => {
    const { user } = change;
    const formerManager = await externalIdOfManager(em, user);
    expect?.(toApiUser(user, formerManager));
    if (user.erasedAt) return { user, managerExternalId: formerManager, warnings: [ofErased], ignored: [] };
    beforeChanges?.(change);
    const { fresh, ignored } = withoutStale(desiredOf(user), user, sourceUpdatedAt);
    const { owned, warnings: ofDirectory } = withoutOwned(fresh, change);
    const { managerExternalId, ...changes } = owned;
    const { manager, warnings: ofManager } = await managerFor(em, user, managerExternalId);
    const warnings = [...ofDirectory, ...ofManager];
    if (manager && manager.id !== user.managerId && !mayManage) throw new RetryTransaction();
    const { endDate, managerId, email } = user;
    await applyUserChanges(change, { ...changes, managerId: manager === null ? null : manager?.id });
    const kinds = removalsBetween({ endDate, managerId, email }, user);
    if (tokenId !== undefined && kinds.length > 0)
      await countRemovals(em, { tokenId, subjectId: user.id, kinds });
    const managerNow = manager === undefined ? formerManager : (manager?.externalId ?? null);
    return { user, managerExternalId: managerNow, warnings, ignored };
  });
  // Built after the change, because the change increments the revision.
  return { created: false, user: toApiUser(user, managerExternalId), ...report };
}

/** A nightly sync must neither bring the data of an erased person back nor fail every night. */
const ofErased: Warning = { field: null, message: erasedWarning };

/** Drops what the directory owns, and stores which fields HR has stated. */
function withoutOwned(
  { managerExternalId: manager, ...desired }: DesiredUser,
  { user, offboarding }: Change,
) {
  const { values, warnings, hrStated } = fromHr(
    { ...desired, manager },
    ownershipOf(user, offboarding?.openedByDirectory === true),
  );
  user.hrStated = [...hrStated];
  const { manager: managerExternalId, ...owned } = values;
  return { owned: { ...owned, ...(managerExternalId !== undefined && { managerExternalId }) }, warnings };
}

/** Drops fields that are older than the stored timestamps, and stores the new timestamp for the rest. */
function withoutStale(desired: DesiredUser, user: User, timestamp: string | undefined) {
  if (timestamp === undefined) return { fresh: desired, ignored: [] };
  const named = (Object.keys(desired) as Field[]).filter((field) => desired[field] !== undefined);
  const ignored = outdated(user.sourceUpdatedAt, named, timestamp);
  const fields = named.filter((field) => !ignored.includes(field));
  user.sourceUpdatedAt = withTimestamp(user.sourceUpdatedAt, fields, timestamp);
  const fresh: DesiredUser = Object.fromEntries(fields.map((field) => [field, desired[field]]));
  return { fresh, ignored };
}
