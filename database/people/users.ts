import type { Actor } from '../../domain/actor.ts';
import type { CalendarDate } from '../../domain/dates.ts';
import { InvalidInput, NotFound, Refusal } from '../../domain/failures.ts';
import type { UserStatus } from '../../domain/user-status.ts';
import { revokeAllAccess } from '../access/revoke-access.ts';
import { keepOneSuperAdmin, lockWithSuperAdmins, refuseOutranked } from '../access/super-admins.ts';
import { changeAbout, changeWithin } from '../core/change.ts';
import type { Change } from '../core/change-types.ts';
import { toRefusal } from '../core/constraints.ts';
import { refuseUnseen, type Seen } from '../core/field-diff.ts';
import type { EntityManager } from '../core/orm.ts';
import { User } from '../entities/index.ts';
import {
  alreadyOffboarded,
  cancelOpenOffboarding,
  changeEndDate,
  followDeactivation,
  followZone,
} from '../offboarding/offboardings.ts';

/** What a person's record holds. A role is given by `changeRole`. */
export interface UserFields {
  name: string;
  email: string;
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

/** The fields a new person must have; the others may follow. */
export type NewUser = Pick<UserFields, 'name' | 'email'> & Partial<UserFields>;

/**
 * Adds a person; one with an end date, or marked offboarded, has an open offboarding at once. Returns the
 * id. InvalidInput for dates that cannot be and for an e-mail address or external id in use.
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

/** The same inside a transaction that is open already. */
export async function createUserWithin(
  em: EntityManager,
  actor: Actor,
  { managerId, status, endDate, ...profile }: NewUser,
  now = new Date(),
): Promise<number> {
  const user = em.create(User, profile);
  await em.flush();
  await changeWithin(em, user.id, actor, async (change) => {
    change.record('user.created', { name: user.name, email: user.email });
    await applyUserChanges(change, { managerId, status, endDate }, now);
  });
  return user.id;
}

/**
 * Changes what is named of a person's record, with everything that follows from it: an end date opens,
 * moves or cancels the offboarding; a status other than active ends every way in; marking somebody
 * offboarded opens an offboarding, taking that back cancels one that has no date. After completion the end
 * date, the status and the manager stand: equal values are fine, others are refused. So are, to an admin, the address
 * and the status of a super-admin. With what the asker has `seen`, a field that somebody else has changed since is
 * refused: ChangedMeanwhile.
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
      refuseUnseen(change.user, changes, seen);
      return applyUserChanges(change, changes, now);
    },
    lockWithSuperAdmins,
  );

/** The changes of `updateUser` within a larger change, which has locked the person `lockWithSuperAdmins`. */
export async function applyUserChanges(
  change: Change,
  changes: Partial<UserFields>,
  now = new Date(),
): Promise<void> {
  const { user } = change;
  const before = { status: user.status, timeZone: user.timeZone ?? null, endDate: user.endDate ?? null };
  refuseAfterCompletion(user, changes);
  await refuseOutranked(change, changes);
  changeProfile(change, changes);
  await changeManager(change, changes.managerId);
  await changeStatus(change, changes.status, now);
  if (changes.endDate !== undefined) await changeEndDate(change, changes.endDate, now);
  refuseEndBeforeStart(user);
  const sameDate = before.endDate === (user.endDate ?? null);
  if (sameDate && before.timeZone !== (user.timeZone ?? null)) await followZone(change, now);
  await fitOffboardingToStatus(change, before.status, now);
}

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

/** One changed field of the profile, as the audit trail keeps it. */
interface FieldChange {
  field: ProfileField;
  from: string | null;
  to: string | null;
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
  const hasMoved = differences.some(({ field }) => field === 'department');
  change.changed(...(hasMoved ? (['department'] as const) : []));
}

/** A manager who completes meanwhile makes the database refuse this: reports point at people who are still there. */
async function changeManager(change: Change, to: number | null | undefined) {
  const { user, em } = change;
  const from = user.managerId ?? null;
  if (to === undefined || to === from) return;
  if (to === user.id) throw new InvalidInput({ managerId: 'Nobody can be their own manager.' });
  if (to !== null) await refuseGoneManager(em, to);
  user.managerId = to;
  change.record('user.manager_changed', { from, to });
  change.changed();
}

async function refuseGoneManager(em: EntityManager, managerId: number) {
  const manager = await em.findOne(User, { id: managerId });
  if (manager === null) throw new InvalidInput({ managerId: 'There is no such person.' });
  if (manager.offboardingCompletedAt) {
    throw new Refusal('manager-offboarded', `${manager.name} has been offboarded. Choose somebody else.`);
  }
}

async function changeStatus(change: Change, to: UserStatus | undefined, now: Date) {
  const { user } = change;
  const from = user.status;
  if (to === undefined || to === from) return;
  if (to !== 'active') await keepOneSuperAdmin(change);
  user.status = to;
  change.record('user.status_changed', { from, to });
  change.changed('lastDay');
  if (to !== 'active') revokeAllAccess(change, now);
}

function refuseEndBeforeStart({ startDate, endDate }: User) {
  if (startDate && endDate && endDate < startDate) {
    throw new InvalidInput({ startDate: `The start date lies after the end date, ${endDate}.` });
  }
}

async function fitOffboardingToStatus(change: Change, statusBefore: UserStatus, now: Date) {
  const { user } = change;
  if (user.status === statusBefore || user.offboardingCompletedAt) return;
  if (user.status === 'offboarded') await followDeactivation(change, now);
  if (statusBefore === 'offboarded' && isOpen(change)) {
    change.offboarding!.deactivatedOn = null;
    if (!user.endDate) cancelOpenOffboarding(change, now);
  }
}

const isOpen = ({ offboarding }: Change) => offboarding?.state === 'open';

/** The person with this id. Throws NotFound. */
export async function userById(em: EntityManager, userId: number): Promise<User> {
  const user = await em.fork().findOne(User, { id: userId });
  if (user === null) throw new NotFound('user');
  return user;
}
