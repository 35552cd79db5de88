import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { InvalidInput, NotFound } from '../../domain/failures.ts';
import { outdated, withTimestamp } from '../../domain/source-timestamps.ts';
import { lockWithSuperAdmins } from '../access/super-admins.ts';
import { changeWithin, type Person } from '../core/change.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { User } from '../entities/index.ts';
import { type ApiUser, representationOf } from './api-users.ts';
import { applyUserChanges, type UserFields } from './users.ts';

/** What an HR system wants to be true of a person; what it does not name is left out. */
export type DesiredUser = Partial<Omit<UserFields, 'externalId' | 'managerId'>> & {
  managerExternalId?: string | null | undefined;
};

/** A whole person: PUT needs a name and an e-mail address. */
export type NewDesiredUser = DesiredUser & Pick<UserFields, 'name' | 'email'>;

type Field = keyof DesiredUser;

/** On which terms a desired state is to be applied. */
export interface Preconditions {
  /** When the source wrote it, as `sourceMoment` writes it. Fields of which something newer is known are ignored. */
  sourceUpdatedAt?: string | undefined;
  /** Looks at the person as they are, under the lock (null: there is none), and throws to leave them so. */
  expect?: ((current: ApiUser | null) => void) | undefined;
}

/** What was done otherwise than asked. */
export interface Warning {
  field: Field;
  message: string;
}

/** What became of a desired state, and of the person. */
export interface Applied {
  created: boolean;
  user: ApiUser;
  warnings: Warning[];
  /** Fields of which the source had said something newer before. */
  ignored: Field[];
}

/**
 * Changes what is named of the person with this external id, inside a transaction. A manager who has been
 * offboarded is stored as none, with a warning: a nightly sync must not bring a gone manager back, nor fail
 * for ever. Throws NotFound, what `terms.expect` throws, and what `updateUser` throws.
 */
export async function patchUser(
  em: EntityManager,
  actor: Actor,
  externalId: string,
  desired: DesiredUser,
  terms: Preconditions = {},
): Promise<Applied> {
  if (mayEndAccess(desired)) await lockSuperAdminsWith(em, externalId);
  return applyTo(em, actor, { externalId }, () => desired, terms);
}

/**
 * Makes the person with this external id what is desired, or adds them: what is not named becomes empty, and
 * the status stays. Of somebody offboarded, end date and manager stay too unless they are named. Otherwise
 * like `patchUser`.
 */
export async function putUser(
  em: EntityManager,
  actor: Actor,
  externalId: string,
  desired: NewDesiredUser,
  terms: Preconditions = {},
): Promise<Applied> {
  if ((await idOf(em, externalId)) === null) {
    terms.expect?.(null);
    const id = await insertPerson(em, externalId, desired);
    if (id !== null) return begin(em, actor, id, desired, terms);
    // The same call, doubled: the other one was faster by a moment.
  }
  if (mayEndAccess(desired)) await lockSuperAdminsWith(em, externalId);
  return applyTo(em, actor, { externalId }, (user) => withTheRestEmpty(desired, user), terms);
}

/** Only whoever stops being active may be the last super-admin. */
const mayEndAccess = ({ status }: DesiredUser) => status !== undefined && status !== 'active';

async function lockSuperAdminsWith(em: EntityManager, externalId: string) {
  const id = await idOf(em, externalId);
  if (id === null) throw new NotFound('user');
  await lockWithSuperAdmins(em, id);
}

async function idOf(em: EntityManager, externalId: string): Promise<number | null> {
  const { rows } = await sql<{ id: number }>`
    select id from users where external_id = ${externalId}`.execute(sqlOf(em));
  return rows[0]?.id ?? null;
}

/** Waits for whoever adds the same person at the same moment; null when they did. */
async function insertPerson(
  em: EntityManager,
  externalId: string,
  { name, email, department, jobTitle, startDate, timeZone }: NewDesiredUser,
): Promise<number | null> {
  const { rows } = await sql<{ id: number }>`
    insert into users (external_id, name, email, department, job_title, start_date, time_zone)
    values (${externalId}, ${name}, ${email}, ${department}, ${jobTitle}, ${startDate}, ${timeZone})
    on conflict (external_id) do nothing returning id`.execute(sqlOf(em));
  return rows[0]?.id ?? null;
}

/** What PUT leaves out is empty. */
const withTheRestEmpty = (desired: DesiredUser, user: User): DesiredUser => ({
  department: null,
  jobTitle: null,
  startDate: null,
  timeZone: null,
  ...(user.offboardingCompletedAt ? {} : { endDate: null, managerExternalId: null }),
  ...desired,
});

async function begin(
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
    ({ user, record }) => record('user.created', { name: user.name, email: user.email }),
  );
  return { ...applied, created: true };
}

/** Under the lock of the person's row: looks whether the terms hold, sifts out what is old, applies the rest. */
async function applyTo(
  em: EntityManager,
  actor: Actor,
  person: Person,
  desiredOf: (user: User) => DesiredUser,
  { sourceUpdatedAt, expect }: Preconditions,
  first?: (change: Change) => void,
): Promise<Applied> {
  const { user, managerExternalId, ...told } = await changeWithin(em, person, actor, async (change) => {
    const { user } = change;
    const formerManager = await externalIdOfManager(em, user);
    expect?.(representationOf(user, formerManager));
    first?.(change);
    const { taken, ignored } = sift(desiredOf(user), user, sourceUpdatedAt);
    const { managerExternalId, ...changes } = taken;
    const { manager, warnings } = await managerFor(em, user, managerExternalId);
    await applyUserChanges(change, { ...changes, managerId: manager === null ? null : manager?.id });
    const managerNow = manager === undefined ? formerManager : (manager?.externalId ?? null);
    return { user, managerExternalId: managerNow, warnings, ignored };
  });
  // As the person is when everything was changed.
  return { created: false, user: representationOf(user, managerExternalId), ...told };
}

/** Leaves out what is older than what is known, and notes the moment of the rest. */
function sift(desired: DesiredUser, user: User, moment: string | undefined) {
  if (moment === undefined) return { taken: desired, ignored: [] };
  const named = (Object.keys(desired) as Field[]).filter((field) => desired[field] !== undefined);
  const ignored = outdated(user.sourceUpdatedAt, named, moment);
  const fields = named.filter((field) => !ignored.includes(field));
  user.sourceUpdatedAt = withTimestamp(user.sourceUpdatedAt, fields, moment);
  const taken: DesiredUser = Object.fromEntries(fields.map((field) => [field, desired[field]]));
  return { taken, ignored };
}

async function externalIdOfManager(em: EntityManager, { managerId }: User): Promise<string | null> {
  if (!managerId) return null;
  const { rows } = await sql<{ externalId: string | null }>`
    select external_id as "externalId" from users where id = ${managerId}`.execute(sqlOf(em));
  return rows[0]?.externalId ?? null;
}

interface Manager {
  id: number;
  externalId: string;
}

/**
 * The manager with an external id; undefined when none is named. Their row is held until the end of the
 * transaction, and a completion of theirs that is under way is waited for: whoever is found here is still
 * there when this commits.
 */
async function managerFor(
  em: EntityManager,
  user: User,
  externalId: string | null | undefined,
): Promise<{ manager: Manager | null | undefined; warnings: Warning[] }> {
  if (externalId == null) return { manager: externalId, warnings: [] };
  if (externalId === user.externalId) throw invalidManager('Nobody can be their own manager.');
  const { rows } = await sql<{ id: number; gone: boolean }>`
    select id, offboarding_completed_at is not null as gone from users
    where external_id = ${externalId} for key share`.execute(sqlOf(em));
  const [found] = rows;
  if (found === undefined) throw invalidManager('There is no user with this external id.');
  if (!found.gone) return { manager: { id: found.id, externalId }, warnings: [] };
  return { manager: null, warnings: [{ field: 'managerExternalId', message: goneManager }] };
}

const goneManager = 'This manager has been offboarded, so no manager was stored.';
const invalidManager = (message: string) => new InvalidInput({ managerExternalId: message });
