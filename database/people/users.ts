import type { Actor } from '../../domain/actor.ts';
import type { CalendarDate } from '../../domain/dates.ts';
import type { HrField } from '../../domain/directory/owned-fields.ts';
import { InvalidInput, Merged, NotFound, Refusal } from '../../domain/failures.ts';
import type { UserStatus } from '../../domain/user-status.ts';
import { refuseWithoutEmail } from '../access/needed-email.ts';
import { revokeAllAccess } from '../access/revoke-access.ts';
import { lockWithSuperAdmins, refuseLastSuperAdmin, refuseOutranked } from '../access/super-admins.ts';
import { changeAbout, changeWithin } from '../core/change.ts';
import type { Change } from '../core/change-types.ts';
import { toRefusal } from '../core/constraints.ts';
import { refuseStale, type Seen } from '../core/field-diff.ts';
import type { EntityManager } from '../core/orm.ts';
import { User } from '../entities/index.ts';
import { releaseOwned } from '../offboarding/handling/owned.ts';
import {
  alreadyOffboarded,
  applyDeactivation,
  applyZoneChange,
  cancelOpenOffboarding,
  changeEndDate,
} from '../offboarding/offboardings.ts';
import { changeManager } from './change-manager.ts';
import { lockManagers } from './manager-chain.ts';
import { storedEmail } from './stored-email.ts';

/** The fields of a person's record. `changeRole` changes the role instead. */
export interface UserFields {
  name: string;
  /** Null for a person who never signs in. */
  email: string | null;
  externalId: string | null;
  department: string | null;
  jobTitle: string | null;
  managerId: number | null;
  startDate: CalendarDate | null;
  endDate: CalendarDate | null;
  /** An IANA name, or null for the workspace's zone. */
  timeZone: string | null;
  status: UserStatus;
}

/** A new person. Only the name is required. `hrStated`: the fields that the HR system stated. */
export type NewUser = Pick<UserFields, 'name'> & Partial<UserFields> & { hrStated?: HrField[] };

/**
 * Adds a person and returns the id. Opens an offboarding for a person with an end date or marked offboarded. Throws
 * InvalidInput for impossible dates, and for an email or external id in use.
 */
export async function createUser(
  em: EntityManager,
  actor: Actor,
  fields: NewUser,
  now = new Date(),
): Promise<number> {
  try {
    return await em.fork().transactional((transaction) => createUserWithin(transaction, actor, fields, now));
  } catch (error) {
    throw toRefusal(error);
  }
}

/** Like `createUser`, inside the open transaction of `em`. */
export async function createUserWithin(
  em: EntityManager,
  actor: Actor,
  { managerId, status, endDate, ...profile }: NewUser,
  now = new Date(),
): Promise<number> {
  const user = em.create(User, profile);
  await em.flush();
  await changeWithin(em, user.id, actor, async (change) => {
    change.record('user.created', { name: user.name, email: user.email ?? null });
    await applyUserChanges(change, { managerId, status, endDate }, now);
  });
  return user.id;
}

/**
 * Changes the named fields of a person's record, with all consequences:
 * - An end date opens, reschedules or cancels the offboarding.
 * - A status other than active revokes all access.
 * - The status offboarded opens an offboarding. Leaving that status cancels an offboarding without an end date.
 *
 * Throws Refusal when the end date, the status or the manager would change after completion, when the person was erased,
 * and when an admin changes the address or the status of a super-admin. Throws InvalidInput for a manager who reports to
 * the person. Throws ChangedMeanwhile when a field differs from its value in `seen`.
 */
export const updateUser = (
  em: EntityManager,
  actor: Actor,
  userId: number,
  changes: Partial<UserFields>,
  seen: Seen<UserFields> = {},
  now = new Date(),
): Promise<void> =>
  changeAbout(
    em,
    userId,
    actor,
    (change) => {
      refuseStale(change.user, changes, seen);
      return applyUserChanges(change, changes, now);
    },
    async (transaction) => {
      if (changes.managerId != null) await lockManagers(transaction);
      await lockWithSuperAdmins(transaction, userId);
    },
  );

/**
 * Like `updateUser`, within a larger change whose caller has called `lockWithSuperAdmins`, and `lockManagers` before it
 * when somebody known gets another manager.
 */
export async function applyUserChanges(
  change: Change,
  changes: Partial<UserFields>,
  now = new Date(),
): Promise<void> {
  const { user } = change;
  if (user.erasedAt) throw erased();
  const before = { status: user.status, timeZone: user.timeZone ?? null, endDate: user.endDate ?? null };
  refuseAfterCompletion(user, changes);
  await refuseOutranked(change, changes);
  changeProfile(change, { ...changes, ...(await changedEmail(change, changes.email)) });
  await changeManager(change, changes.managerId);
  await changeStatus(change, changes.status, now);
  if (changes.endDate !== undefined) await changeEndDate(change, changes.endDate, now);
  refuseEndBeforeStart(user);
  const sameDate = before.endDate === (user.endDate ?? null);
  if (sameDate && before.timeZone !== (user.timeZone ?? null)) await applyZoneChange(change, now);
  await fitOffboardingToStatus(change, before.status, now);
}

const erased = () => new Refusal('erased', "This person's data was erased, so it can't be edited.");

function refuseAfterCompletion(user: User, changes: Partial<UserFields>) {
  if (!user.offboardingCompletedAt) return;
  const fixed = ['endDate', 'status', 'managerId'] as const;
  const differs = (field: (typeof fixed)[number]) =>
    changes[field] !== undefined && changes[field] !== (user[field] ?? null);
  if (fixed.some(differs)) throw alreadyOffboarded();
}

const profileFields = [
  'name',
  'email',
  'externalId',
  'department',
  'jobTitle',
  'startDate',
  'timeZone',
] as const;
type ProfileField = (typeof profileFields)[number];

interface FieldChange {
  field: ProfileField;
  from: string | null;
  to: string | null;
}

/**
 * The address to store. Throws InvalidInput for one that is none, and for no address of a person who can sign in.
 */
async function changedEmail(
  change: Change,
  sent: string | null | undefined,
): Promise<{ email?: string | null }> {
  if (sent === undefined) return {};
  if (sent === null) await refuseWithoutEmail(change);
  return { email: sent === null ? null : storedEmail(sent, change.user.email) };
}

function changeProfile(change: Change, changes: Partial<UserFields>) {
  const { user } = change;
  const differences = profileFields.flatMap((field): FieldChange[] => {
    const to = changes[field];
    const from = user[field] ?? null;
    return to === undefined || to === from ? [] : [{ field, from, to }];
  });
  if (differences.length === 0) return;
  for (const { field, to } of differences) user[field] = to as never;
  change.record('user.updated', {
    fields: differences.map(({ field }) => field),
    from: differences.map(({ from }) => from ?? ''),
    to: differences.map(({ to }) => to ?? ''),
  });
  const departmentChanged = differences.some(({ field }) => field === 'department');
  change.changed(...(departmentChanged ? (['department'] as const) : []));
}

async function changeStatus(change: Change, to: UserStatus | undefined, now: Date) {
  const { user } = change;
  const from = user.status;
  if (to === undefined || to === from) return;
  if (to !== 'active') await refuseLastSuperAdmin(change);
  user.status = to;
  change.record('user.status_changed', { from, to });
  change.changed('lastDay');
  if (to === 'active') return;
  revokeAllAccess(change, now);
  releaseOwned(change);
}

function refuseEndBeforeStart({ startDate, endDate }: User) {
  if (startDate && endDate && endDate < startDate) {
    throw new InvalidInput({ startDate: `The start date is after the end date, ${endDate}.` });
  }
}

async function fitOffboardingToStatus(change: Change, statusBefore: UserStatus, now: Date) {
  const { user } = change;
  if (user.status === statusBefore || user.offboardingCompletedAt) return;
  if (user.status === 'offboarded') await applyDeactivation(change, now);
  if (statusBefore === 'offboarded' && isOpen(change)) {
    change.offboarding!.deactivatedOn = null;
    if (!user.endDate) cancelOpenOffboarding(change, now);
  }
}

const isOpen = ({ offboarding }: Change) => offboarding?.state === 'open';

/** The person with this id. Throws NotFound, and Merged for a record that was merged into another one. */
export async function userById(em: EntityManager, userId: number): Promise<User> {
  const user = await em.fork().findOne(User, { id: userId });
  if (user === null) throw new NotFound('person');
  if (user.mergedInto) throw new Merged(user, user.mergedInto);
  return user;
}
